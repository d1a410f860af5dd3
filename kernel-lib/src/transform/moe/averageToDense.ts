import type { tf } from '../../base/backend';
import { fail } from '../../base/core';
import type { ExpertSpec } from '../../nn/experts/expertBank';
import { FeedForward, GatedFeedForward } from '../../nn/layers';
import type { Activation } from '../../nn/layers';
import type { MoeLayer } from '../../nn/moe/layer';
import { assignValues, storedValues } from './buildLayer';
import type { DenseNetwork } from './denseWeights';
import { expertSpec } from './expertNetworks';
import type { TransformReport } from './report';
import { tidyUp } from './tidyUp';

/**
 * The network whose weights are the mean of those of a layer's experts, as at the end of training with
 * `moe.averagedExperts` (arXiv 2308.06093). Where experts are the same and the router's weights sum to 1, the function stays.
 *
 * @throws {SwitchyardError} where experts are neither plain nor gated, or the layer has shared ones.
 */
export function averageToDense(layer: MoeLayer): { network: DenseNetwork; report: TransformReport } {
  const { width, hidden, random } = layer.options;
  const own = expertSpec(layer);
  const averaged = own.kind === 'averaged';
  const spec = averaged ? (own.options.experts as ExpertSpec) : own;
  const bank = (averaged && layer.experts.children.get('each')) || layer.experts;
  if ((spec.kind !== 'plain' && spec.kind !== 'gated') || layer.shared !== null) {
    fail('averageToDense', 'experts must be plain or gated, and none shared', spec.kind);
  }
  return tidyUp(() => {
    const gated = spec.kind === 'gated';
    const bias = spec.options.bias === true;
    const sizes = { width, hiddenWidth: hidden, bias, activation: spec.options.activation as Activation, random };
    const network = gated ? new GatedFeedForward(sizes) : new FeedForward(sizes);
    const values = [...storedValues(bank)].map(([name, value]): [string, tf.Tensor] => {
      const path = name.startsWith('b') ? `w${name.slice(1)}.bias` : `${name}.weight`;
      return [path, value.mean(0)];
    });
    assignValues(network, new Map(values));
    const parameters = { before: layer.countParameters(), after: network.countParameters() };
    return { network, report: { transformation: 'averageToDense', parameters } };
  });
}
