import { tf } from '../../base/backend';
import { Axis, expectNumber, expectOneOf, Module, Parameter } from '../../base/core';
import type { Context } from '../../base/core';
import { oneHot } from './parts/oneHot';
import { sparsify } from './parts/sparsify';
import type { Router, RouterShape, RouterSpec, SparseRouting } from './router';
import { specs } from './specs';

/** Options of `routers.confidence`. */
export interface ConfidenceRouterOptions {
  /** Measure of how far a prediction is from uniform. Default "variance". */
  dispersion?: Dispersion;
  /** A token whose confidence is at least this goes to the cheap expert alone. Default 1: none does. */
  threshold?: number;
  /** Confidence grows as `tanh(sharpness * dispersion)`; the value at the start, which is learnt. Default 2. */
  sharpness?: number;
}

/** The variance of the probabilities, or log D less their entropy; both 0 where they are equal and 1 where one is 1. */
export type Dispersion = 'variance' | 'entropy';

const DISPERSIONS: readonly Dispersion[] = ['variance', 'entropy'];

/**
 * Confidence of a weak expert (Mowst, arXiv 2311.05185): tokens are the logits that a cheap expert gives for D classes.
 * From the dispersion of their softmax comes a confidence C; expert 0, the cheap one, has weight C and expert 1 the rest,
 * with more experts a cascade: C, (1 - C) C, ..., the last what is left. The costly ones are not used where C reaches the
 * threshold, so that C then is the whole weight and is set to 1.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function confidence(options: ConfidenceRouterOptions = {}): RouterSpec {
  const { dispersion = 'variance', threshold = 1, sharpness = 2 } = options;
  expectOneOf('routers.confidence', 'dispersion', dispersion, DISPERSIONS);
  expectNumber('routers.confidence', 'threshold', threshold, 0, 1);
  expectNumber('routers.confidence', 'sharpness', sharpness, 1e-3);
  const resolved = { dispersion, threshold, sharpness };
  return { kind: 'confidence', options: resolved, build: (shape) => new ConfidenceRouter(resolved, shape) };
}

class ConfidenceRouter extends Module implements Router {
  readonly kind = 'confidence';
  private readonly experts: Axis;
  private readonly sharpness: Parameter;

  constructor(
    private readonly options: Required<ConfidenceRouterOptions>,
    { numExperts }: RouterShape
  ) {
    super();
    this.experts = Axis.of('experts', numExperts);
    // softplus of it is the sharpness, which stays above 0.
    this.sharpness = this.addParameter(
      'sharpness',
      new Parameter(tf.scalar(Math.log(Math.expm1(options.sharpness))), { axes: [], decay: false })
    );
  }

  get numExperts(): number {
    return this.experts.size;
  }

  get k(): number {
    return this.experts.size;
  }

  /** The most there can be; how many it is depends on the tokens. */
  get meanK(): number {
    return this.experts.size;
  }

  /** The probabilities of {@link route}. */
  apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return this.route(x as tf.Tensor2D, ctx).probs;
  }

  route(x: tf.Tensor2D, _ctx: Context): SparseRouting {
    const { numExperts, k } = this;
    const confidence = this.confidence(x);
    const probs = cascade(confidence, numExperts);
    const sure = confidence.greaterEqual(this.options.threshold);
    const alone = oneHot(tf.zeros([x.shape[0]], 'int32'), numExperts) as tf.Tensor2D;
    const used = tf.where(sure.tile([1, numExperts]), alone, probs) as tf.Tensor2D;
    const logits = probs.add<tf.Tensor2D>(Number.EPSILON).log();
    return { form: 'sparse', numTokens: x.shape[0], numExperts, k, probs, logits, ...sparsify(used, k) };
  }

  private confidence(x: tf.Tensor2D): tf.Tensor2D {
    const spread = this.options.dispersion === 'variance' ? variance(x) : missingEntropy(x);
    return tf.tanh(spread.mul<tf.Tensor2D>(tf.softplus(this.sharpness.read())));
  }
}

// C, (1 - C) C, (1 - C)^2 C, ..., and what is left; [T, 1] to [T, E].
function cascade(confidence: tf.Tensor2D, numExperts: number): tf.Tensor2D {
  const doubt = tf.sub<tf.Tensor2D>(1, confidence);
  const shares: tf.Tensor2D[] = [];
  let left = tf.onesLike(confidence);
  for (let expert = 0; expert < numExperts - 1; expert++) {
    shares.push(left.mul(confidence));
    left = left.mul(doubt);
  }
  return tf.concat([...shares, left], 1);
}

// Variance over classes, over that of a sure prediction; [T, 1].
function variance(logits: tf.Tensor2D): tf.Tensor2D {
  const classes = logits.shape[1];
  const most = (classes - 1) / classes ** 2;
  const probs = tf.softmax(logits);
  return probs
    .sub(1 / classes)
    .square()
    .mean(1, true)
    .div(Math.max(most, Number.EPSILON));
}

// 1 - H / log D; [T, 1].
function missingEntropy(logits: tf.Tensor2D): tf.Tensor2D {
  const probs = tf.softmax(logits);
  const entropy = probs.mul(tf.logSoftmax(logits)).sum(1, true).neg();
  return tf.sub<tf.Tensor2D>(1, entropy.div(Math.max(Math.log(logits.shape[1]), Number.EPSILON)));
}

specs.register('confidence', confidence);
