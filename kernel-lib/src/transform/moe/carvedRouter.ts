import { tf } from '../../base/backend';
import { Module, Parameter } from '../../base/core';
import type { Context } from '../../base/core';
import { activate } from '../../nn/layers';
import type { Activation } from '../../nn/layers';
import { earlierTokens, selectTopK } from '../../nn/routers';
import type { Router, RouterShape, RouterSpec, SparseRouting } from '../../nn/routers';
import { projectFlops, projectionWeight } from '../../nn/routers/parts/projection';
import { routerAxes } from '../../nn/routers/parts/routerAxes';
import { specs } from '../../nn/routers/specs';

/** Score by which a part is chosen. */
export type CarvedScores = 'linear' | 'lookahead' | 'analytic';

export const CARVED_SCORES: readonly CarvedScores[] = ['linear', 'lookahead', 'analytic'];

export interface CarvedRouterOptions {
  /** Parts of a token, K. */
  k: number;
  /**
   * "linear": logits `x W`. "lookahead": the same, with x what the first routed layer of the pass received. "analytic": how
   * strongly a neuron that stands for the part fires, `|act(x w1 + b1)|`, times `|x w3|` in a gated network; there is
   * nothing to train in it but the neuron's own weights.
   */
  scores: CarvedScores;
  /** Of the network that was carved; for "analytic". */
  activation: Activation;
  /** Whether that network is gated; for "analytic". */
  gated: boolean;
}

/**
 * The router of a carved network. Its parts add up to the whole with weight 1 each, so a chosen part has weight
 * `1 + scale p`, with p its probability and scale a parameter [E] that begins at 0 (CMoE, arXiv 2502.04416).
 */
export function carvedRouter(options: CarvedRouterOptions): RouterSpec {
  return { kind: 'carved', options: { ...options }, build: (shape) => new CarvedRouter(options, shape) };
}

class CarvedRouter extends Module implements Router {
  readonly kind = 'carved';
  private readonly w1: Parameter;
  private readonly w3: Parameter | null;
  private readonly b1: Parameter | null;
  private readonly scale: Parameter;

  constructor(
    private readonly options: CarvedRouterOptions,
    shape: RouterShape
  ) {
    super();
    const { width, experts } = routerAxes(shape);
    const analytic = options.scores === 'analytic';
    const matrix = (name: string): Parameter =>
      this.addParameter(name, projectionWeight(width, experts, shape.random.child(name)));
    this.w1 = matrix('w1');
    this.w3 = analytic && options.gated ? matrix('w3') : null;
    this.b1 = analytic ? this.addParameter('b1', Parameter.over([experts], tf.zeros, { decay: false })) : null;
    this.scale = this.addParameter('scale', Parameter.over([experts], tf.zeros, { decay: false }));
  }

  get numExperts(): number {
    return this.scale.axes[0].size;
  }

  get k(): number {
    return Math.min(this.options.k, this.numExperts);
  }

  get meanK(): number {
    return this.k;
  }

  override ownFlops(): number {
    return projectFlops(this.w1) + projectFlops(this.w3);
  }

  /** The probabilities of {@link route}. */
  apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return this.route(x as tf.Tensor2D, ctx).probs;
  }

  route(x: tf.Tensor2D, ctx: Context): SparseRouting {
    const from = this.options.scores === 'lookahead' ? earlierTokens(x, 'first', ctx) : x;
    const chosen = selectTopK(this.logits(from), { k: this.k, renormalize: false });
    const [numTokens] = x.shape;
    const scaleOfChoice = tf
      .oneHot(chosen.indices.flatten().toInt(), this.numExperts, 1, 0, 'float32')
      .matMul<tf.Tensor2D>(this.scale.read().expandDims<tf.Tensor2D>(1))
      .reshape<tf.Tensor2D>([numTokens, this.k]);
    return { ...chosen, weights: chosen.weights.mul<tf.Tensor2D>(scaleOfChoice).add<tf.Tensor2D>(1) };
  }

  private logits(x: tf.Tensor2D): tf.Tensor2D {
    const projected = tf.matMul<tf.Tensor2D>(x, this.w1.read() as tf.Tensor2D);
    if (this.b1 === null) {
      return projected;
    }
    const fired = activate(this.options.activation, projected.add<tf.Tensor2D>(this.b1.read()));
    const strength = this.w3 === null ? fired : fired.mul<tf.Tensor2D>(tf.matMul(x, this.w3.read() as tf.Tensor2D));
    return strength.abs();
  }
}

specs.register('carved', carvedRouter);
