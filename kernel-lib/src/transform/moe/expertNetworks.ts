import type { tf } from '../../base/backend';
import { fail } from '../../base/core';
import { variant } from '../../nn/experts';
import type { ExpertSpec, StackedFeedForwards } from '../../nn/experts/expertBank';
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
  const { spec, stored, target } = feedForwardsOf(where, layer);
  const networks = unstackNetworks(storedValues(stored));
  return { spec, networks: target === null ? networks : target.map((each) => networks[each]) };
}

/**
 * The experts of a layer as feed-forward networks, with their own width inside, which need not be the layer's.
 *
 * @throws {SwitchyardError} where they are none.
 */
export function feedForwardsOf(
  where: string,
  { experts, options }: MoeLayer
): StackedFeedForwards & { hidden: number } {
  const networks = experts.feedForwards();
  if (networks === null) {
    return fail(where, 'experts must be feed-forward networks, plain or gated', experts.kind);
  }
  const hidden = networks.stored.parameters().get('w1')!.shape[2];
  return { ...networks, hidden, spec: ofWidth(networks.spec, hidden, options.hidden) };
}

/** Experts of that width inside, in a layer whose own is `layerHidden`. */
export function ofWidth(spec: ExpertSpec, hidden: number, layerHidden: number): ExpertSpec {
  return hidden === layerHidden ? spec : variant(spec, { kind: spec.kind, hidden });
}

/** All that a layer stores besides its routed experts, by path. */
export function valuesBesidesExperts(layer: MoeLayer): Map<string, tf.Tensor> {
  return new Map([...storedValues(layer)].filter(([path]) => !path.startsWith('experts.')));
}
