import { given } from '../../../base/core';
import { tf } from '../../../base/backend';
import type { Context } from '../../../base/core';
import { Linear } from '../../layers';
import type { EdgeEnds } from '../edgeEnds';
import { type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { edgeAxis, edgeFeaturesOfPass, type Messages } from '../messagePassing';
import { type GinOptions, type IsomorphismChoices, IsomorphismLayer } from './isomorphism';

/** Options of `graph.gine`. */
export interface GineSpecOptions extends IsomorphismChoices {
  /** Width of the edges' features, R. */
  edgeWidth: number;
}

/** Options of `graph.GINE`. */
export type GineOptions = GinOptions & GineSpecOptions;

/** Graph isomorphism layer that hears edges (GINE, arXiv 1905.12265): messages are `relu(x_source + e W + b)`; nodes [N, F] to [N, P]. The graph must have features of edges; each message is a row of its own, [M, F]. */
export class GINE extends IsomorphismLayer {
  readonly kind = 'gine';
  private readonly edge: Linear;

  constructor(options: GineOptions) {
    super('graph.GINE', options);
    const { edgeWidth, random } = given('graph.GINE', options);
    this.edge = this.addChild('edge', new Linear({ inputWidth: edgeAxis(edgeWidth), outputWidth: this.inputs, random: random.child('edge') })); // prettier-ignore
  }

  protected override message({ source }: EdgeEnds, ctx: Context): Messages {
    const edges = this.edge.apply(edgeFeaturesOfPass(this, ctx), ctx.within('edge'));
    return tf.relu(source.add<tf.Tensor2D>(edges));
  }
}

/** The layer of a graph network: {@link GINE}. */
export function gine(options: GineSpecOptions): GraphLayerSpec {
  return { kind: 'gine', options: { ...options }, build: (shape) => new GINE({ ...options, ...shape }) };
}

layerSpecs.register('gine', gine);
