import { tf } from '../backend';
import { expectInteger, fail, Module } from '../core';
import type { Context, Parameter } from '../core';
import { addBalanceLosses, checkBalance } from './balance';
import type { BalanceOptions } from './balance';
import { project, projectionWeight } from './projection';
import type { Router, RouterShape, RouterSpec, SparseRouting } from './router';
import { checkK, selectTopK } from './selectTopK';

export interface ProgressivePoolOptions {
  /** Experts of a token, K. */
  k: number;
  /** All experts, in the order in which they join the pool; [E]. */
  order: readonly number[];
  /** Experts in the pool at the first step; at least k. */
  from: number;
  /** Experts in the pool in the end. Default: all. */
  to?: number;
  /** Training steps until then. */
  steps: number;
  /** Default: the "switch" loss times 0.01. `bias` does not apply here. */
  balance?: Omit<BalanceOptions, 'bias'>;
}

/**
 * Top-k among a pool of experts that grows while it trains (progressive scaling routing of ReXMoE, arXiv 2510.17483): after n steps,
 * `from + floor((to - from) min(1, n / steps))` of them. Experts outside have probability 0 and get no gradient.
 *
 * @throws {SwitchyardError} where an option is out of range; at build, where `order` does not hold each expert once.
 */
export function progressivePool(options: ProgressivePoolOptions): RouterSpec {
  const { k, order, from, to = order.length, steps } = options;
  const { balance = { loss: { convention: 'switch', coefficient: 0.01 } } } = options;
  expectInteger('progressivePool', 'k', k, 1);
  expectInteger('progressivePool', 'from', from, k, order.length);
  expectInteger('progressivePool', 'to', to, from, order.length);
  expectInteger('progressivePool', 'steps', steps, 1);
  checkBalance('progressivePool', balance);
  const resolved = { k, order, from, to, steps, balance };
  return { kind: 'progressive-pool', options: resolved, build: (shape) => new ProgressivePool(resolved, shape) };
}

// Far below any logit, and finite.
const OUTSIDE = -1e9;

class ProgressivePool extends Module implements Router {
  readonly kind = 'progressive-pool';
  readonly numExperts: number;
  readonly k: number;
  private readonly weight: Parameter;
  private readonly step: tf.Variable;
  private readonly rank: Float32Array;

  constructor(
    private readonly options: Required<ProgressivePoolOptions>,
    { width, numExperts, random }: RouterShape
  ) {
    super();
    const { k, order } = options;
    checkK('progressivePool', k, numExperts);
    this.rank = Float32Array.from({ length: numExperts }, (_, expert) => order.indexOf(expert));
    if (order.length !== numExperts || this.rank.includes(-1)) {
      fail('progressivePool', `order must hold each of 0..${numExperts - 1} once`, order);
    }
    this.numExperts = numExperts;
    this.k = k;
    this.weight = this.addParameter('weight', projectionWeight(width, numExperts, random.child('weight')));
    this.step = this.addBuffer(
      'step',
      tf.tidy(() => tf.variable(tf.scalar(0), false))
    );
  }

  /** The probabilities of {@link route}. */
  apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return this.route(x as tf.Tensor2D, ctx).probs;
  }

  route(x: tf.Tensor2D, ctx: Context): SparseRouting {
    const { from, to, steps, balance } = this.options;
    const logits = project(x, this.weight);
    const size = this.step
      .div(steps)
      .minimum(1)
      .mul(to - from)
      .add(1e-4)
      .floor()
      .add(from);
    const outside = tf.tensor1d(this.rank).greaterEqual(size).toFloat().mul(OUTSIDE);
    const routing = { ...selectTopK(logits.add<tf.Tensor2D>(outside), { k: this.k }), logits };
    if (ctx.training) {
      addBalanceLosses(routing, balance, ctx);
      ctx.afterPass(() => tf.tidy(() => this.step.assign(this.step.add(1))));
    }
    return routing;
  }
}
