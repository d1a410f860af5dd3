import { tf } from '../../base/backend';
import { expectInteger, sizeOf } from '../../base/core';
import type { Context } from '../../base/core';
import * as ops from '../../base/ops';
import { LinearRouter } from './parts/linearRouter';
import { checkK } from './parts/selectTopK';
import type { RouterShape, RouterSpec, SparseRouting } from './router';
import { specs } from './specs';

/** Options of `routers.sinkhorn`. */
export interface SinkhornOptions {
  /** Experts of a token, K. Default 1. */
  k?: number;
  /** Rounds of normalisation. Default 16. */
  iterations?: number;
}

/**
 * Balanced assignment (BASE layers, arXiv 2103.16716, solved by Sinkhorn's iteration as in Megatron-LM): while training,
 * a token goes to the K experts that score highest once the scores of a batch are scaled to give each token and each
 * expert its even share; otherwise to those of highest logit. Weights are the sigmoid of the logit for K = 1, else the
 * softmax over all experts. It needs no balancing loss.
 *
 * @throws {SwitchyardError} where an option is out of range; at build, where k > numExperts.
 */
export function sinkhorn({ k = 1, iterations = 16 }: SinkhornOptions = {}): RouterSpec {
  expectInteger('routers.sinkhorn', 'k', k, 1);
  expectInteger('routers.sinkhorn', 'iterations', iterations, 1);
  const options = { k, iterations };
  return { kind: 'sinkhorn', options, build: (shape) => new SinkhornRouter(options, shape) };
}

class SinkhornRouter extends LinearRouter {
  readonly kind = 'sinkhorn';

  constructor(
    private readonly options: Required<SinkhornOptions>,
    shape: RouterShape
  ) {
    checkK('routers.sinkhorn', options.k, sizeOf(shape.numExperts));
    super(shape, { k: options.k });
  }

  route(x: tf.Tensor2D, ctx: Context): SparseRouting {
    const { numExperts, k } = this;
    const logits = this.score(x);
    const indices = ops.withoutGradient(() => {
      const scores = ctx.training ? balanceScores(logits, this.options.iterations) : logits;
      return ops.topK(scores, k).indices;
    });
    const probs = tf.softmax(logits);
    const weights = ops.takeAlongRows(k === 1 ? tf.sigmoid(logits) : probs, indices);
    return { form: 'sparse', numTokens: x.shape[0], numExperts, k, probs, logits, indices, weights };
  }
}

/**
 * Scales `exp(logits)` [T, E] by rows and by columns in turn until every token and every expert has its even share;
 * returns the logarithm of the result. No gradient is meant to flow through it.
 */
export function balanceScores(logits: tf.Tensor2D, iterations: number): tf.Tensor2D {
  return tf.tidy(() => {
    let scores = logits;
    for (let round = 0; round < iterations; round++) {
      scores = scores.sub(ops.logSumExp(scores).expandDims(1));
      scores = scores.sub(ops.logSumExp(scores.transpose()).expandDims(0));
    }
    return scores;
  });
}

specs.register('sinkhorn', sinkhorn);
