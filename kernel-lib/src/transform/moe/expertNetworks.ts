import type { tf } from '../../base/backend';
import { fail } from '../../base/core';
import type { ExpertSpec } from '../../nn/experts/expertBank';
import { gatedExperts } from '../../nn/experts/gatedExperts';
import { plainExperts } from '../../nn/experts/plainExperts';
import type { MoeLayer } from '../../nn/moe/layer';
import { storedValues } from './buildLayer';
import { unstackNetworks } from './denseWeights';
import type { NetworkWeights } from './denseWeights';

/**
 * The experts of a layer, each as a feed-forward network, and the kind that they are of.
 *
 * @throws {SwitchyardError} where they are neither plain nor gated.
 */
export function readExperts(where: string, layer: MoeLayer): { spec: ExpertSpec; networks: NetworkWeights[] } {
  const spec = expertSpec(layer);
  if (spec.kind !== 'plain' && spec.kind !== 'gated') {
    fail(where, 'experts must be plain or gated', spec.kind);
  }
  return { spec, networks: unstackNetworks(storedValues(layer.experts)) };
}

/** The kind of a layer's experts. */
export function expertSpec({ options }: MoeLayer): ExpertSpec {
  const { experts = 'plain' } = options;
  return experts === 'plain' ? plainExperts() : experts === 'gated' ? gatedExperts() : experts;
}

/** All that a layer stores besides its routed experts, by path. */
export function valuesBesidesExperts(layer: MoeLayer): Map<string, tf.Tensor> {
  return new Map([...storedValues(layer)].filter(([path]) => !path.startsWith('experts.')));
}
