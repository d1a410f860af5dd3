import { tf } from '../../base/backend';
import { Buffer, expectNumber, sizeOf, fail, stateKey } from '../../base/core';
import type { Context } from '../../base/core';
import * as ops from '../../base/ops';
import { checkMeanK } from './parts/checkMeanK';
import { LinearRouter } from './parts/linearRouter';
import { sparsify } from './parts/sparsify';
import type { RouterShape, RouterSpec, SparseRouting } from './router';
import { specs } from './specs';

/** Options of `routers.threshold`. */
export interface ThresholdOptions {
  /** Experts that a token has on average, K: each expert's threshold is one that `K T / E` of T tokens reach. In 0..E, above 0. */
  k: number;
  /** How much of an expert's threshold stays from pass to pass of training, 0 to below 1. Default 0.9. */
  decay?: number;
}

/**
 * Thresholds without a capacity: a token goes to each expert for which its score, the sigmoid of the logit, reaches that expert's
 * threshold, so that it may have none or all, and no token waits for another. A threshold is a moving average over training
 * passes of the score that the expert's `K T / E`-th best token has: the load of expert choice (arXiv 2202.09368), on average, without
 * looking at other tokens, which suits causal models. Buffer "thresholds" [E]; until the first training pass ends each pass has
 * thresholds of its own. Weights are the scores.
 *
 * @throws {SwitchyardError} where an option is out of range; at build, where k > numExperts.
 */
export function threshold({ k, decay = 0.9 }: ThresholdOptions): RouterSpec {
  checkMeanK('routers.threshold', k);
  expectNumber('routers.threshold', 'decay', decay, 0, 1 - Number.EPSILON);
  return {
    kind: 'threshold',
    options: { k, decay },
    build: (shape) => {
      checkMeanK('routers.threshold', k, sizeOf(shape.numExperts));
      return new ThresholdRouter({ k, decay }, shape);
    }
  };
}

class ThresholdRouter extends LinearRouter {
  readonly kind = 'threshold';
  private readonly thresholds: Buffer;

  constructor(
    private readonly options: Required<ThresholdOptions>,
    shape: RouterShape
  ) {
    super(shape, { k: 'all', meanK: options.k });
    // A score is above 0: 0 is a threshold that nothing has set yet.
    this.thresholds = this.addBuffer('thresholds', Buffer.over([this.weight.axes[1]], tf.zeros));
  }

  route(x: tf.Tensor2D, ctx: Context): SparseRouting {
    const { numExperts, k } = this;
    const [numTokens] = x.shape;
    const logits = this.score(x);
    const scores = tf.sigmoid(logits);
    const used = ops.withoutGradient(() => {
      const own = this.reachedBy(scores);
      const kept = this.thresholds.read();
      if (ctx.training) {
        this.follow(own.clone(), ctx);
      }
      return scores.greaterEqual(tf.where(kept.greater(0), kept, own).expandDims(0)).toFloat();
    });
    const probs = scores.div<tf.Tensor2D>(scores.sum(1, true));
    const choices = sparsify(scores.mul<tf.Tensor2D>(used), k);
    return { form: 'sparse', numTokens, numExperts, k, probs, logits, ...choices };
  }

  // The score that each expert's `K T / E`-th best token has; [E].
  private reachedBy(scores: tf.Tensor2D): tf.Tensor {
    const [numTokens] = scores.shape;
    const taken = Math.min(numTokens, Math.max(1, Math.round((this.options.k * numTokens) / this.numExperts)));
    const { values } = ops.topK(scores.transpose<tf.Tensor2D>(), taken);
    return values.slice([0, taken - 1], [-1, 1]).flatten();
  }

  private follow(own: tf.Tensor, ctx: Context): void {
    const { thresholds, options } = this;
    const key = stateKey(`${ctx.path}/thresholds`);
    ctx.setState(key, own);
    ctx.afterPass(() =>
      tf.tidy(() => {
        const now = ctx.getState(key) ?? fail(ctx.path, 'Context.finish must come before Context.dispose', null);
        const kept = thresholds.read();
        const moved = kept.mul(options.decay).add(now.mul(1 - options.decay));
        thresholds.assignKept(tf.where(kept.greater(0), moved, now));
      })
    );
  }
}

specs.register('threshold', threshold);
