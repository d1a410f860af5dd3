import { tf } from '../../base/backend';
import { expectInteger, expectNumber, fail, sizeOf } from '../../base/core';
import type { Context } from '../../base/core';
import * as ops from '../../base/ops';
import { addBalanceLosses, checkBalance } from './parts/balance';
import type { BalanceOptions } from './parts/balance';
import { LinearRouter } from './parts/linearRouter';
import { checkK } from './parts/selectTopK';
import { markUnused } from './parts/sparsify';
import type { RouterShape, RouterSpec, SparseRouting } from './router';
import { specs } from './specs';

/** Options of `routers.topP`. */
export interface TopPOptions {
  /** Probability that a token's experts must reach together; above 0, at most 1. */
  p: number;
  /** Most experts of a token, K. Default: all. */
  kMax?: number | null;
  /** Coefficient of the entropy of the probabilities, which keeps the number of experts small. Default 1e-4. */
  entropyLoss?: number;
  /** Default: the "switch" loss times 0.01. `bias` does not apply here. */
  balance?: Omit<BalanceOptions, 'bias'>;
}

/**
 * Top-p (arXiv 2403.07652): a token goes to its most probable experts until their probabilities together reach `p`, so
 * one that the router is unsure of gets more. Weights are the probabilities, not renormalised.
 *
 * @throws {SwitchyardError} where an option is out of range; at build, where kMax > numExperts.
 */
export function topP(options: TopPOptions): RouterSpec {
  const { p, kMax = null, entropyLoss = 1e-4 } = options;
  const { balance = { loss: { convention: 'switch', coefficient: 0.01 } } } = options;
  if (!(p > 0 && p <= 1)) {
    fail('routers.topP', 'p must be a number above 0 and at most 1', p);
  }
  if (kMax !== null) {
    expectInteger('routers.topP', 'kMax', kMax, 1);
  }
  expectNumber('routers.topP', 'entropyLoss', entropyLoss, 0);
  checkBalance('routers.topP', balance);
  const resolved = { p, kMax, entropyLoss, balance };
  return { kind: 'top-p', options: resolved, build: (shape) => new TopPRouter(resolved, shape) };
}

class TopPRouter extends LinearRouter {
  readonly kind = 'top-p';

  constructor(
    private readonly options: Required<TopPOptions>,
    shape: RouterShape
  ) {
    checkK('routers.topP', options.kMax ?? sizeOf(shape.numExperts), sizeOf(shape.numExperts), 'kMax');
    super(shape, { k: options.kMax ?? 'all' });
  }

  /** The most that a token can need, `ceil(p * E)`: as many as it takes where all are equally probable. */
  override get meanK(): number {
    return Math.min(this.k, Math.ceil(this.options.p * this.numExperts));
  }

  route(x: tf.Tensor2D, ctx: Context): SparseRouting {
    const { numExperts, k } = this;
    const { p, entropyLoss, balance } = this.options;
    const logits = this.score(x);
    const probs = tf.softmax(logits);
    const best = ops.topK(probs, k);
    // What came before an expert had not reached p yet.
    const used = ops.withoutGradient(() => best.values.cumsum(1, true).less(p).logicalAnd(best.values.greater(0)));
    const choices = markUnused({ indices: best.indices, weights: best.values.mul(used) });
    const routing: SparseRouting = {
      form: 'sparse',
      numTokens: x.shape[0],
      numExperts,
      k,
      probs,
      logits,
      ...choices
    };
    if (ctx.training) {
      addBalanceLosses(routing, balance, ctx);
      ctx.addLoss('entropy', meanEntropy(probs, logits).mul(entropyLoss));
    }
    return routing;
  }
}

// log p from the logits, so that p = 0 costs nothing.
function meanEntropy(probs: tf.Tensor2D, logits: tf.Tensor2D): tf.Scalar {
  return ops.logSumExp(logits).sub(probs.mul(logits).sum(1)).mean();
}

specs.register('top-p', topP);
