import { tf } from '../../base/backend';
import { expectInteger, expectNumber, expectOneOf, sizeOf } from '../../base/core';
import type { Context } from '../../base/core';
import { ceil } from '../../base/math';
import * as ops from '../../base/ops';
import { addBalanceLosses } from './parts/balance';
import { checkMeanK } from './parts/checkMeanK';
import { LinearRouter } from './parts/linearRouter';
import { sparsify } from './parts/sparsify';
import type { RouterShape, RouterSpec, SparseRouting } from './router';
import { specs } from './specs';

/** Options of `routers.expertChoice`. */
export interface ExpertChoiceOptions {
  /** Experts that a token has on average: each expert takes `ceil(k * T / E)` tokens. A number in 0..E, above 0. */
  k: number;
  /**
   * Tokens that compete with each other: every run of so many, such as the patches of an image, of which each expert takes
   * `ceil(k * group / E)` (pMoE, arXiv 2306.04073, for l patches of n: `{ k: l * E / n, group: n }`). Default null: all.
   */
  group?: number | null;
  /**
   * Where the softmax of the weights goes: over the experts of a token, or, as in pMoE, over the tokens that an expert took,
   * which then are chosen by their logits. Default "experts".
   */
  softmax?: WeightSoftmax;
  /** Coefficient of the router z-loss. Default 0. */
  zLoss?: number;
}

/** Softmax that the weights of an expert choice are taken over: experts or tokens. */
export type WeightSoftmax = 'experts' | 'tokens';

const SOFTMAXES: readonly WeightSoftmax[] = ['experts', 'tokens'];

/**
 * Expert choice (arXiv 2202.09368): each expert takes the tokens that score highest for it, so the load is even by
 * construction; a token may have no expert, or all. The choice looks at every token of the batch, later positions
 * included: a causal model that is trained with it sees the future.
 *
 * @throws {SwitchyardError} where an option is out of range; at build, where k > numExperts.
 */
export function expertChoice(options: ExpertChoiceOptions): RouterSpec {
  const { k, group = null, softmax = 'experts', zLoss = 0 } = options;
  const resolved = { k, group, softmax, zLoss };
  checkMeanK('routers.expertChoice', k);
  if (group !== null) {
    expectInteger('routers.expertChoice', 'group', group, 1);
  }
  expectOneOf('routers.expertChoice', 'softmax', softmax, SOFTMAXES);
  expectNumber('routers.expertChoice', 'zLoss', zLoss, 0);
  return {
    kind: 'expert-choice',
    options: resolved,
    build: (shape) => {
      checkMeanK('routers.expertChoice', k, sizeOf(shape.numExperts));
      return new ExpertChoiceRouter(resolved, shape);
    }
  };
}

class ExpertChoiceRouter extends LinearRouter {
  readonly kind = 'expert-choice';

  constructor(
    private readonly options: Required<ExpertChoiceOptions>,
    shape: RouterShape
  ) {
    super(shape, { k: 'all', meanK: options.k });
  }

  route(x: tf.Tensor2D, ctx: Context): SparseRouting {
    const { numExperts, k } = this;
    const [numTokens] = x.shape;
    const logits = this.score(x);
    const probs = tf.softmax(logits);
    const choices = sparsify(this.choose(logits, probs), k);
    const routing: SparseRouting = { form: 'sparse', numTokens, numExperts, k, probs, logits, ...choices };
    if (ctx.training) {
      addBalanceLosses(routing, this.options, ctx);
    }
    return routing;
  }

  // Weight of each expert for each token, 0 where it did not take it; [T, E].
  private choose(logits: tf.Tensor2D, probs: tf.Tensor2D): tf.Tensor2D {
    const [numTokens, numExperts] = logits.shape;
    const { k, softmax } = this.options;
    const group = Math.min(this.options.group ?? numTokens, numTokens);
    const byToken = softmax === 'tokens';
    // In lists [G, E, n]; what fills up the last group is never better than a token.
    const scores = inGroups(byToken ? logits : probs, group);
    const taken = Math.min(group, ceil((k * group) / numExperts));
    const chosen = ops.withoutGradient(() => bestOf(scores, taken));
    const weights = byToken ? tf.softmax(tf.where(chosen.greater(0), scores, NEVER)) : scores;
    const rows = weights.mul(chosen).transpose([0, 2, 1]).reshape<tf.Tensor2D>([-1, numExperts]);
    return rows.slice<tf.Tensor2D>([0, 0], [numTokens, -1]);
  }
}

// Finite, so that its products are; exp of it is 0.
const NEVER = -1e30;

// [T, E] to [G, E, n].
function inGroups(rows: tf.Tensor2D, group: number): tf.Tensor3D {
  const [numTokens, numExperts] = rows.shape;
  const missing = Math.ceil(numTokens / group) * group - numTokens;
  const filled = rows.pad(
    [
      [0, missing],
      [0, 0]
    ],
    NEVER
  );
  return filled.reshape([-1, group, numExperts]).transpose([0, 2, 1]);
}

// 1 where a token is among the `taken` best of an expert in its group; [G, E, n] to [G, E, n].
function bestOf(scores: tf.Tensor3D, taken: number): tf.Tensor3D {
  const [groups, numExperts, group] = scores.shape;
  const lists = scores.reshape<tf.Tensor2D>([-1, group]);
  const tokens = ops.topK(lists, taken).indices;
  const list = tf
    .range(0, groups * numExperts, 1, 'int32')
    .expandDims(1)
    .tile([1, taken]);
  const at = tf.stack([list.flatten(), tokens.flatten()], 1);
  return tf.scatterND(at, tf.ones([at.shape[0]]), lists.shape).reshape(scores.shape);
}

specs.register('expert-choice', expertChoice);
