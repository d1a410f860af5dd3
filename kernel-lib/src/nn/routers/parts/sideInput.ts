import type { tf } from '../../../base/backend';
import { fail, showShape } from '../../../base/core';
import type { Context, StateKey } from '../../../base/core';

/**
 * Input that a router needs besides its tokens, left for it in the pass: `ctx.setState(key, value)`.
 *
 * @returns [T, ...]
 * @throws {SwitchyardError} where the pass has no such state, or not a row for each token.
 */
export function sideInput<T extends tf.Tensor>(where: string, key: StateKey<T>, numTokens: number, ctx: Context): T {
  const { name } = key;
  const value = ctx.getState(key) ?? fail(where, `the pass must have the state "${name}" (ctx.setState)`, null);
  if (value.shape[0] !== numTokens) {
    fail(where, `"${name}" must have a row for each of ${numTokens} tokens`, showShape(value.shape));
  }
  return value;
}
