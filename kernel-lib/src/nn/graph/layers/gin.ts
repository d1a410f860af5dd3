import { type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { type GinOptions, type IsomorphismChoices, IsomorphismLayer } from './isomorphism';

/** Graph isomorphism layer (GIN, arXiv 1810.00826): `mlp((1 + epsilon) x + sum of neighbours)`, which tells graphs apart as the Weisfeiler-Leman test does; nodes [N, F] to [N, P]. The graph's weights are not read. */
export class GIN extends IsomorphismLayer {
  readonly kind = 'gin';

  constructor(options: GinOptions) {
    super('graph.GIN', options);
  }
}

/** The layer of a graph network: {@link GIN}. */
export function gin(options: IsomorphismChoices = {}): GraphLayerSpec {
  return { kind: 'gin', options: { ...options }, build: (shape) => new GIN({ ...options, ...shape }) };
}

layerSpecs.register('gin', gin);
