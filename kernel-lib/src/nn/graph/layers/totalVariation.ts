import { tf } from '../../../base/backend';
import {
  Axis,
  type Context,
  expectNumber,
  expectOneOf,
  Module,
  type Random,
  type Size,
  given
} from '../../../base/core';
import { edgeScatter, neighbourSum } from '../../../base/ops/graph';
import { activate, type Activation, ACTIVATIONS, Linear } from '../../layers';
import { type GraphLayer, type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { graphOfPass } from '../messagePassing';
import { pLaplacianWeights } from '../operators/pLaplacian';

/** Options of `graph.totalVariation`. */
export interface TotalVariationSpecOptions {
  /** Step of the descent, delta, 0 or more. Default 0.1. */
  delta?: number;
  /** Least distance of two ends, which bounds the weight of an edge by its inverse. Default 1e-3. */
  floor?: number;
  /** Default "relu". */
  activation?: Activation;
}

/** Options of `graph.TotalVariation`. */
export interface TotalVariationOptions extends TotalVariationSpecOptions {
  inputWidth: Size;
  outputWidth: Size;
  random: Random;
}

/**
 * Total variation convolution (TVGNN, arXiv 2211.06218): h = x W + b, then `f(h - 2 delta L h)`, a step down the sum of absolute differences along the edges: L is the Laplacian of the weights `w / |h_u - h_v|_1`
 * (`graph.pLaplacianWeights` at p = 1), so that ends which are alike draw together and others stay apart. Nodes [N, F] to [N, P]; a row is made for each edge.
 */
export class TotalVariation extends Module implements GraphLayer {
  readonly kind = 'total-variation';
  readonly outputs: Axis;
  private readonly map: Linear;
  private readonly delta: number;
  private readonly floor: number;
  private readonly activation: Activation;

  constructor(options: TotalVariationOptions) {
    const {
      inputWidth,
      outputWidth,
      delta = 0.1,
      floor = 1e-3,
      activation = 'relu',
      random
    } = given('graph.TotalVariation', options);
    super();
    expectNumber('graph.TotalVariation', 'delta', delta, 0);
    expectNumber('graph.TotalVariation', 'floor', floor, Number.MIN_VALUE);
    expectOneOf('graph.TotalVariation', 'activation', activation, ACTIVATIONS);
    this.delta = delta;
    this.floor = floor;
    this.activation = activation;
    this.outputs = Axis.of('outputs', outputWidth);
    this.map = this.addChild('map', new Linear({ inputWidth, outputWidth: this.outputs, random: random.child('map') }));
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const graph = graphOfPass(this, ctx);
    return tf.tidy(() => {
      const nodes = this.map.apply(x, ctx.within('map')) as tf.Tensor2D;
      const weights = pLaplacianWeights(nodes, graph, { p: 1, distance: 'l1', floor: this.floor });
      const moved = nodes.mul(edgeScatter(weights, graph, 'sum')).sub(neighbourSum(nodes, graph, weights));
      return activate(this.activation, nodes.sub(moved.mul(2 * this.delta)), ctx);
    });
  }
}

/** The layer of a graph network: {@link TotalVariation}. */
export function totalVariation(options: TotalVariationSpecOptions = {}): GraphLayerSpec {
  return {
    kind: 'total-variation',
    options: { ...options },
    build: (shape) => new TotalVariation({ ...options, ...shape })
  };
}

layerSpecs.register('total-variation', totalVariation);
