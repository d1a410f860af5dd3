import { tf } from '../../../base/backend';
import {
  Axis,
  type Context,
  expectInteger,
  Module,
  Parameter,
  type Random,
  type Size,
  given
} from '../../../base/core';
import { loopedOf, symmetricOf } from '../../../base/graph';
import { neighbourSum } from '../../../base/ops/graph';
import { activate, type Activation, initialize, Linear, xavierUniform } from '../../layers';
import { type GraphLayer, type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { graphOfPass } from '../messagePassing';
import { mixedRows } from '../mixedRows';
import { publishShares } from '../publishShares';

/** Options of `graph.adaptiveDepth`. */
export interface AdaptiveDepthSpecOptions {
  /** Steps of propagation, K. Default 10. */
  propagation?: number;
  /** Maps after it, T. Default 2. */
  transformation?: number;
  /** Whether what goes into a map goes past it as well. Default true. */
  residual?: boolean;
  /** Nonlinearity of a map. Default "relu". */
  activation?: Activation;
}

/** Options of `graph.AdaptiveDepth`. */
export interface AdaptiveDepthOptions extends AdaptiveDepthSpecOptions {
  inputWidth: Size;
  outputWidth: Size;
  random: Random;
}

/**
 * Depth of propagation and of transformation apart (DGMLP, arXiv 2108.00955): h = x W + b; each node mixes what it holds after 0..K products with {@link GCN}'s adjacency by a softmax of scores of its own, so that none is smoothed
 * further than is good for it; then T maps with a nonlinearity, each with a way past it. Nodes [N, F] to [N, P]. Observers of "routing" are told the shares of the steps.
 */
export class AdaptiveDepth extends Module implements GraphLayer {
  readonly kind = 'adaptive-depth';
  readonly outputs: Axis;
  private readonly map: Linear;
  private readonly score: Parameter;
  private readonly maps: readonly Linear[];
  private readonly options: Required<AdaptiveDepthSpecOptions>;

  constructor(options: AdaptiveDepthOptions) {
    const { inputWidth, outputWidth, propagation = 10, transformation = 2, residual = true, activation = 'relu', random } = given('graph.AdaptiveDepth', options); // prettier-ignore
    super();
    expectInteger('graph.AdaptiveDepth', 'propagation', propagation, 0);
    expectInteger('graph.AdaptiveDepth', 'transformation', transformation, 0);
    this.options = { propagation, transformation, residual, activation };
    const outputs = Axis.of('outputs', outputWidth);
    this.outputs = outputs;
    this.map = this.addChild('map', new Linear({ inputWidth, outputWidth: outputs, random: random.child('map') }));
    this.score = this.addParameter('score', Parameter.over([outputs, Axis.fixed('score', 1)], (shape) => initialize(xavierUniform(), shape, random.child('score')))); // prettier-ignore
    this.maps = Array.from({ length: transformation }, (_, i) =>
      this.addChild(`${i}`, new Linear({ inputWidth: outputs, outputWidth: outputs, random: random.child(i) }))
    );
  }

  override ownFlops(): number {
    return 2 * this.outputs.size * (this.options.propagation + 1);
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const graph = loopedOf(graphOfPass(this, ctx));
    const { propagation, residual, activation } = this.options;
    return tf.tidy(() => {
      const steps = [this.map.apply(x, ctx.within('map')) as tf.Tensor2D];
      for (let step = 0; step < propagation; step++) {
        steps.push(neighbourSum(steps[step], graph, symmetricOf(graph)));
      }
      const scores = steps.map((each) => tf.matMul(each, this.score.read() as tf.Tensor2D).tanh());
      const shares = tf.softmax(tf.concat(scores, 1) as tf.Tensor2D);
      publishShares(this.kind, shares, steps.map((_, i) => `step ${i}`), ctx); // prettier-ignore
      let nodes: tf.Tensor = mixedRows(steps, shares);
      this.maps.forEach((map, i) => {
        const made = activate(activation, map.apply(nodes, ctx.within(`${i}`)), ctx.within(`${i}`));
        nodes = residual ? nodes.add(made) : made;
      });
      return nodes;
    });
  }
}

/** The layer of a graph network: {@link AdaptiveDepth}. */
export function adaptiveDepth(options: AdaptiveDepthSpecOptions = {}): GraphLayerSpec {
  return {
    kind: 'adaptive-depth',
    options: { ...options },
    build: (shape) => new AdaptiveDepth({ ...options, ...shape })
  };
}

layerSpecs.register('adaptive-depth', adaptiveDepth);
