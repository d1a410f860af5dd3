import { tf } from '../backend';
import { expectInteger, expectNumber, expectOneOf, Module, Parameter } from '../core';
import type { Context } from '../core';
import { addBalanceLosses, checkBalance, updateSelectionBias } from './balance';
import type { BalanceOptions } from './balance';
import { project, projectionWeight } from './projection';
import type { Router, RouterShape, RouterSpec, SparseRouting } from './router';
import { checkK, SCORE_FUNCTIONS, selectTopK } from './selectTopK';
import type { ScoreFunction } from './selectTopK';

export interface TopKOptions {
  /** Experts of a token, K. */
  k: number;
  /** Default "softmax". */
  scores?: ScoreFunction;
  /** Divide the weights of a token by their sum. Default: true where k > 1 (a single weight would be 1, without gradient). */
  renormalize?: boolean;
  /** While training, tokens are multiplied by uniform numbers in 1 - jitter..1 + jitter before they are scored. Default 0. */
  jitter?: number;
  /**
   * "learned": while training, logits get normal noise of standard deviation `softplus(x W_noise) + 0.01`
   * (arXiv 1701.06538, eq. 4). Default "none".
   */
  noise?: RouterNoise;
  /** Default: the "switch" loss times 0.01. `{}` balances nothing. */
  balance?: BalanceOptions;
}

export type RouterNoise = 'none' | 'learned';

const NOISES: readonly RouterNoise[] = ['none', 'learned'];
const NOISE_FLOOR = 0.01;

/**
 * Token choice: each token goes to the K experts of highest score (arXiv 1701.06538, 2101.03961; renormalised as in
 * Mixtral, arXiv 2401.04088). `routers.switchTop1` and `routers.noisyTopK` are presets of it.
 *
 * @throws {SwitchyardError} where an option is out of range; at build, where k > numExperts.
 */
export function topK(options: TopKOptions): RouterSpec {
  const resolved = resolve(options);
  return {
    kind: 'top-k',
    options: { ...resolved },
    build: (shape) => {
      checkK('topK', resolved.k, shape.numExperts);
      return new TopKRouter(resolved, shape);
    }
  };
}

function resolve(options: TopKOptions): Required<TopKOptions> {
  const { k, scores = 'softmax', renormalize = k > 1, jitter = 0, noise = 'none' } = options;
  const { balance = { loss: { convention: 'switch', coefficient: 0.01 } } } = options;
  expectInteger('topK', 'k', k, 1);
  expectOneOf('topK', 'scores', scores, SCORE_FUNCTIONS);
  expectNumber('topK', 'jitter', jitter, 0, 1);
  expectOneOf('topK', 'noise', noise, NOISES);
  checkBalance('topK', balance);
  return { k, scores, renormalize, jitter, noise, balance };
}

class TopKRouter extends Module implements Router {
  readonly kind = 'top-k';
  readonly numExperts: number;
  readonly k: number;
  private readonly weight: Parameter;
  private readonly noiseWeight: Parameter | null;
  private readonly selectionBias: tf.Variable | null;

  constructor(
    private readonly options: Required<TopKOptions>,
    { width, numExperts, random }: RouterShape
  ) {
    super();
    this.numExperts = numExperts;
    this.k = options.k;
    this.weight = this.addParameter('weight', projectionWeight(width, numExperts, random.child('weight')));
    // Zeros, as in the paper: the noise starts alike for all experts.
    this.noiseWeight =
      options.noise === 'learned'
        ? this.addParameter('noiseWeight', new Parameter(tf.zeros([width, numExperts])))
        : null;
    this.selectionBias = options.balance.bias
      ? this.addBuffer(
          'selectionBias',
          tf.tidy(() => tf.variable(tf.zeros([numExperts]), false))
        )
      : null;
  }

  /** The probabilities of {@link route}. */
  apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return this.route(x as tf.Tensor2D, ctx).probs;
  }

  route(x: tf.Tensor2D, ctx: Context): SparseRouting {
    const { balance, scores, renormalize } = this.options;
    const { k, selectionBias } = this;
    const clean = project(this.jittered(x, ctx), this.weight);
    const logits = this.noisy(clean, x, ctx);
    const routing = selectTopK(logits, { k, scores, renormalize, selectionBias });
    if (ctx.training) {
      addBalanceLosses(routing, balance, ctx);
      if (balance.bias && selectionBias !== null) {
        updateSelectionBias(selectionBias, routing.indices, balance.bias.rate, ctx);
      }
    }
    return routing;
  }

  private jittered(x: tf.Tensor2D, ctx: Context): tf.Tensor2D {
    const { jitter } = this.options;
    return ctx.training && jitter > 0 ? x.mul(ctx.random.child('jitter').uniform(x.shape, 1 - jitter, 1 + jitter)) : x;
  }

  private noisy(logits: tf.Tensor2D, x: tf.Tensor2D, ctx: Context): tf.Tensor2D {
    if (this.noiseWeight === null || !ctx.training) {
      return logits;
    }
    const deviation = tf.softplus(project(x, this.noiseWeight)).add(NOISE_FLOOR);
    return logits.add(deviation.mul(ctx.random.child('noise').normal(logits.shape)));
  }
}
