import { tf } from '../../base/backend';
import { expectNumber, expectOneOf, fail, Parameter, showShape, stateKey } from '../../base/core';
import type { Context } from '../../base/core';
import { project, projectFlops, projectionWeight } from './parts/projection';
import { resolveTokenChoice, TokenChoice } from './parts/tokenChoice';
import type { TokenChoiceOptions } from './parts/tokenChoice';
import type { RouterShape, RouterSpec } from './router';
import { specs } from './specs';

export interface TopKOptions extends TokenChoiceOptions {
  /** While training, tokens are multiplied by uniform numbers in 1 - jitter..1 + jitter before they are scored. Default 0. */
  jitter?: number;
  /**
   * "learned": while training, logits get normal noise of standard deviation `softplus(x W_noise) + 0.01`
   * (arXiv 1701.06538, eq. 4). Default "none".
   */
  noise?: RouterNoise;
  /**
   * Gating residuals (MoE++, arXiv 2410.07348, eq. 6): logits `x W + G R`, with G the logits of the layer before of the same
   * pass and R [E, E] learnt, initially 0, so that it begins as the plain router. Default false.
   */
  gatingResidual?: boolean;
}

/** Noise on the logits of a router: none, or of a learned size. */
export type RouterNoise = 'none' | 'learned';

const NOISES: readonly RouterNoise[] = ['none', 'learned'];
const NOISE_FLOOR = 0.01;
const LOGITS = stateKey<tf.Tensor2D>('topK/logits');

/**
 * Token choice: each token goes to the K experts of highest score (arXiv 1701.06538, 2101.03961; renormalised as in
 * Mixtral, arXiv 2401.04088). `routers.switchTop1` and `routers.noisyTopK` are presets of it.
 *
 * @throws {SwitchyardError} where an option is out of range; at build, where k > numExperts; in `route`, with gating
 * residuals, where the layer before had other tokens or experts.
 */
export function topK(options: TopKOptions): RouterSpec {
  const { jitter = 0, noise = 'none', gatingResidual = false } = options;
  const resolved = { ...resolveTokenChoice('routers.topK', options), jitter, noise, gatingResidual };
  expectNumber('routers.topK', 'jitter', jitter, 0, 1);
  expectOneOf('routers.topK', 'noise', noise, NOISES);
  return { kind: 'top-k', options: resolved, build: (shape) => new TopKRouter(resolved, shape) };
}

class TopKRouter extends TokenChoice {
  readonly kind = 'top-k';
  private readonly weight: Parameter;
  private readonly noiseWeight: Parameter | null;
  private readonly residual: Parameter | null;

  constructor(
    private readonly options: Required<TopKOptions>,
    shape: RouterShape
  ) {
    super('routers.topK', options, shape);
    const { width, experts } = this.axes;
    this.weight = this.addParameter('weight', projectionWeight(width, experts, shape.random.child('weight')));
    // Zeros, as in the paper: the noise starts alike for all experts.
    this.noiseWeight =
      options.noise === 'learned' ? this.addParameter('noiseWeight', Parameter.over([width, experts], tf.zeros)) : null;
    this.residual = options.gatingResidual
      ? this.addParameter('residual', Parameter.over([experts, experts], tf.zeros))
      : null;
  }

  override ownFlops(): number {
    return projectFlops(this.weight) + projectFlops(this.residual);
  }

  protected override score(x: tf.Tensor2D, ctx: Context): tf.Tensor2D {
    const logits = this.continued(project(this.jittered(x, ctx), this.weight), ctx);
    return this.noisy(logits, x, ctx);
  }

  private continued(logits: tf.Tensor2D, ctx: Context): tf.Tensor2D {
    if (this.residual === null) {
      return logits;
    }
    const before = ctx.getState(LOGITS);
    if (before !== null && showShape(before.shape) !== showShape(logits.shape)) {
      fail(
        ctx.path || 'routers.topK',
        `the layer before must have logits ${showShape(logits.shape)}`,
        showShape(before.shape)
      );
    }
    const sum = before === null ? logits : logits.add<tf.Tensor2D>(project(before, this.residual));
    ctx.setState(LOGITS, sum.clone());
    return sum;
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

specs.register('top-k', topK);
