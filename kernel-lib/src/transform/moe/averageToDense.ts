import { tf } from '../../base/backend';
import { fail } from '../../base/core';
import { FeedForward, GatedFeedForward } from '../../nn/layers';
import type { MoeLayer } from '../../nn/moe/layer';
import { assignValues, storedValues } from './buildLayer';
import type { DenseNetwork } from './denseWeights';
import { feedForwardsOf } from './expertNetworks';
import type { TransformReport } from './report';
import { tidyUp } from './tidyUp';

/**
 * The network whose weights are the mean of those of a layer's experts, as at the end of training with
 * `moe.averagedExperts` (arXiv 2308.06093). Where experts are the same and the router's weights sum to 1, the function stays.
 *
 * @throws {SwitchyardError} where experts are neither plain nor gated, or the layer has shared ones.
 */
export function averageToDense(layer: MoeLayer): { network: DenseNetwork; report: TransformReport } {
  const { width, random } = layer.options;
  const { gated, activation, bias, stored, target, hidden } = feedForwardsOf('moe.averageToDense', layer);
  if (layer.shared !== null) {
    fail('moe.averageToDense', 'the layer must have no shared experts', layer.shared.numExperts);
  }
  return tidyUp(() => {
    const sizes = { width, hidden, bias, activation, random };
    const network = gated ? new GatedFeedForward(sizes) : new FeedForward(sizes);
    const values = [...storedValues(stored)].map(([name, value]): [string, tf.Tensor] => {
      const path = name.startsWith('b') ? `w${name.slice(1)}.bias` : `${name}.weight`;
      return [path, (target === null ? value : tf.gather(value, tf.tensor1d([...target], 'int32'))).mean(0)];
    });
    assignValues(network, new Map(values));
    const parameters = { before: layer.countParameters(), after: network.countParameters() };
    return { network, report: { transformation: 'averageToDense', parameters } };
  });
}
