import { tf } from '../backend';
import { expectNumber, fail, Module } from '../core';
import type { Context, Parameter } from '../core';
import * as ops from '../ops';
import { addBalanceLosses } from './parts/balance';
import { project, projectionWeight } from './parts/projection';
import type { Router, RouterShape, RouterSpec, SparseRouting } from './router';
import { sparsify } from './parts/sparsify';

export interface ExpertChoiceOptions {
  /** Experts that a token has on average: each expert takes `ceil(k * T / E)` tokens. A number in 0..E, above 0. */
  k: number;
  /** Coefficient of the router z-loss. Default 0. */
  zLoss?: number;
}

/**
 * Expert choice (arXiv 2202.09368): each expert takes the tokens that score highest for it, so the load is even by
 * construction; a token may have no expert, or all. The choice looks at every token of the batch, later positions
 * included: a causal model that is trained with it sees the future.
 *
 * @throws {SwitchyardError} where an option is out of range; at build, where k > numExperts.
 */
export function expertChoice({ k, zLoss = 0 }: ExpertChoiceOptions): RouterSpec {
  if (!(Number.isFinite(k) && k > 0)) {
    fail('expertChoice', 'k must be a number above 0', k);
  }
  expectNumber('expertChoice', 'zLoss', zLoss, 0);
  return {
    kind: 'expert-choice',
    options: { k, zLoss },
    build: (shape) => {
      if (k > shape.numExperts) {
        fail('expertChoice', `k must be at most numExperts (${shape.numExperts})`, k);
      }
      return new ExpertChoiceRouter({ k, zLoss }, shape);
    }
  };
}

class ExpertChoiceRouter extends Module implements Router {
  readonly kind = 'expert-choice';
  readonly numExperts: number;
  readonly k: number;
  readonly meanK: number;
  private readonly weight: Parameter;

  constructor(
    private readonly options: Required<ExpertChoiceOptions>,
    { width, numExperts, random }: RouterShape
  ) {
    super();
    this.numExperts = numExperts;
    this.k = numExperts;
    this.meanK = options.k;
    this.weight = this.addParameter('weight', projectionWeight(width, numExperts, random.child('weight')));
  }

  /** The probabilities of {@link route}. */
  apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return this.route(x as tf.Tensor2D, ctx).probs;
  }

  route(x: tf.Tensor2D, ctx: Context): SparseRouting {
    const { numExperts, k } = this;
    const [numTokens] = x.shape;
    const logits = project(x, this.weight);
    const probs = tf.softmax(logits);
    const taken = Math.min(numTokens, Math.ceil((this.options.k * numTokens) / numExperts));
    const chosen = ops.withoutGradient(() => bestTokens(probs, taken));
    const choices = sparsify(probs.mul(chosen), k);
    const routing: SparseRouting = { form: 'sparse', numTokens, numExperts, k, probs, logits, ...choices };
    if (ctx.training) {
      addBalanceLosses(routing, this.options, ctx);
    }
    return routing;
  }
}

// 1 where a token is among the `taken` best of an expert; [T, E] to [T, E].
function bestTokens(probs: tf.Tensor2D, taken: number): tf.Tensor2D {
  const [numTokens, numExperts] = probs.shape;
  const tokens = ops.topK(probs.transpose(), taken).indices;
  const experts = tf.range(0, numExperts, 1, 'int32').expandDims(1).tile([1, taken]);
  const at = tf.stack([tokens.flatten(), experts.flatten()], 1);
  return tf.scatterND(at, tf.ones([numExperts * taken]), [numTokens, numExperts]) as tf.Tensor2D;
}
