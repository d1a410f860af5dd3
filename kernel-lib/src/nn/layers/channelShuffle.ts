import type { tf } from '../../base/backend';
import { fail } from '../../base/core';

/**
 * Channels of `groups` groups taken in turn (arXiv 1707.01083): [..., C] to the same, channel `g C / groups + i` going to `i groups + g`. Shuffled again with
 * C / groups groups they are as before.
 *
 * @throws {SwitchyardError} where the groups do not divide the channels.
 */
export function channelShuffle<T extends tf.Tensor>(x: T, groups: number): T {
  const channels = x.shape.at(-1) ?? 0;
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
    fail('layers.channelShuffle', `groups must divide the channels (${channels})`, groups);
  }
  const outer = x.shape.slice(0, -1);
  const order = [...outer.keys(), outer.length + 1, outer.length];
  return x
    .reshape([...outer, groups, channels / groups])
    .transpose(order)
    .reshape(x.shape) as T;
}
