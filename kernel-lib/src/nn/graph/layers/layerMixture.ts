import { tf } from '../../../base/backend';
import { Axis, type Context, fail, Module, type Random, type Size, type SpecData, given } from '../../../base/core';
import { type Router, specs, topK } from '../../routers';
import { denseWeights } from '../../routers/parts/denseWeights';
import { type GraphLayer, type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { mixedRows } from '../mixedRows';
import { publishShares } from '../publishShares';

/** Options of `graph.layerMixture`. */
export interface LayerMixtureSpecOptions {
  /** Layers that nodes are routed to, two or more: of several kinds, or of several reaches. */
  experts: readonly SpecData[];
  /** Router of the nodes, as tokens. Default `routers.topK({ k: 1 })`. */
  router?: SpecData;
}

/** Options of `graph.LayerMixture`. */
export interface LayerMixtureOptions extends LayerMixtureSpecOptions {
  inputWidth: Size;
  outputWidth: number;
  random: Random;
}

/**
 * Mixture of experts on nodes (GMoE, arXiv 2304.02806): a router sends each node to some of the layers, by what it holds, and the node becomes the sum of what these make of it, by their weights; nodes [N, F] to [N, P]. Every layer works
 * on all nodes, as those that are routed elsewhere are heard. Observers of "routing" are told.
 */
export class LayerMixture extends Module implements GraphLayer {
  readonly kind = 'layer-mixture';
  private readonly router: Router;
  private readonly experts: readonly GraphLayer[];

  constructor(options: LayerMixtureOptions) {
    const { inputWidth, outputWidth, experts, router = topK({ k: 1 }), random } = given('graph.LayerMixture', options);
    super();
    if (experts.length < 2) {
      fail('graph.LayerMixture', 'experts must be two or more', experts.length);
    }
    const inputs = Axis.of('inputs', inputWidth);
    const numExperts = Axis.of('experts', experts.length).pin('each is a layer of its own');
    this.router = this.addChild('router', specs.of(router).build({ width: inputs, numExperts, random: random.child('router') })); // prettier-ignore
    this.experts = experts.map((spec, i) =>
      this.addChild(`${i}`, layerSpecs.of(spec).build({ inputWidth: inputs, outputWidth, random: random.child(i) }))
    );
    this.experts.forEach((expert) => expert.outputs.pin('experts are added up'));
  }

  get outputs(): Axis {
    return this.experts[0].outputs;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const shares = denseWeights(this.router.route(x as tf.Tensor2D, ctx.within('router')));
      publishShares(this.kind, shares, this.experts.map(({ kind }, i) => `${i} ${kind}`), ctx); // prettier-ignore
      const made = this.experts.map((expert, i) => expert.apply(x, ctx.within(`${i}`)));
      return mixedRows(made, shares);
    });
  }
}

/** The layer of a graph network: {@link LayerMixture}. */
export function layerMixture(options: LayerMixtureSpecOptions): GraphLayerSpec {
  return {
    kind: 'layer-mixture',
    options: { ...options },
    build: (shape) => new LayerMixture({ ...options, ...shape })
  };
}

layerSpecs.register('layer-mixture', layerMixture);
