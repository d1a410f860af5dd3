import { tf } from '../../base/backend';
import { Axis, Module } from '../../base/core';
import type { Context } from '../../base/core';
import type { Router, RouterShape, RouterSpec, SparseRouting } from './router';
import { specs } from './specs';

/**
 * Deals the tokens of a pass out to the experts at random, in parts of equal size (to one token), one expert each with weight 1
 * (Experts Weights Averaging, arXiv 2308.06093). No parameters; drawn from the pass's random stream.
 */
export function randomPartition(): RouterSpec {
  return { kind: 'random-partition', options: {}, build: (shape) => new RandomPartition(shape) };
}

class RandomPartition extends Module implements Router {
  readonly kind = 'random-partition';
  private readonly experts: Axis;
  readonly k = 1;
  readonly meanK = 1;

  constructor({ numExperts }: RouterShape) {
    super();
    this.experts = Axis.of('experts', numExperts);
  }

  get numExperts(): number {
    return this.experts.size;
  }

  /** The probabilities of {@link route}. */
  apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return this.route(x as tf.Tensor2D, ctx).probs;
  }

  route(x: tf.Tensor2D, ctx: Context): SparseRouting {
    const { numExperts, k } = this;
    const [numTokens] = x.shape;
    const inTurn = Array.from({ length: numTokens }, (_, token) => token % numExperts);
    const dealt = ctx.random.child('partition').shuffle(inTurn);
    const even = tf.fill<tf.Rank.R2>([numTokens, numExperts], 1 / numExperts);
    const indices = tf.tensor2d(dealt, [numTokens, 1], 'int32');
    const weights = tf.ones<tf.Rank.R2>([numTokens, 1]);
    return { form: 'sparse', numTokens, numExperts, k, probs: even, logits: tf.zerosLike(even), indices, weights };
  }
}

specs.register('random-partition', () => randomPartition());
