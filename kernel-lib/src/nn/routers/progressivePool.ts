import { tf } from '../../base/backend';
import { Buffer, expectInteger, fail } from '../../base/core';
import type { Context, Parameter } from '../../base/core';
import { project, projectFlops, projectionWeight } from './parts/projection';
import { resolveTokenChoice, TokenChoice } from './parts/tokenChoice';
import type { TokenChoiceOptions } from './parts/tokenChoice';
import type { RouterShape, RouterSpec } from './router';
import { specs } from './specs';

export interface ProgressivePoolOptions extends TokenChoiceOptions {
  /** Experts to choose from at the first step; at least k. */
  from: number;
  /** Experts to choose from at the end. Default: all. */
  to?: number | null;
  /** Steps from the one to the other. */
  steps: number;
  /** All experts in the order in which they join; [E]. Default: by number. */
  order?: readonly number[] | null;
}

/**
 * Progressive scaling routing (ReXMoE, 2025): a token chooses among the first experts only, and their number
 * grows with the steps of training, `from + floor((to - from) * min(1, step / steps))`. The step is a buffer.
 *
 * @throws {SwitchyardError} where an option is out of range; at build, where the experts are fewer than k, from or to, or `order` does
 * not hold each once.
 */
export function progressivePool(options: ProgressivePoolOptions): RouterSpec {
  const { from, to = null, steps, order = null } = options;
  const resolved = { ...resolveTokenChoice('routers.progressivePool', options), from, to, steps, order };
  expectInteger('routers.progressivePool', 'from', from, resolved.k);
  expectInteger('routers.progressivePool', 'steps', steps, 1);
  if (to !== null) {
    expectInteger('routers.progressivePool', 'to', to, from);
  }
  return { kind: 'progressive-pool', options: resolved, build: (shape) => new ProgressivePoolRouter(resolved, shape) };
}

// Finite, since logits are checked; exp of it is 0.
const OUTSIDE = -1e9;

class ProgressivePoolRouter extends TokenChoice {
  readonly kind = 'progressive-pool';
  private readonly weight: Parameter;
  private readonly step: Buffer;
  /** Place of each expert in the order; [E]. */
  private readonly rank: number[];

  constructor(
    private readonly options: Required<ProgressivePoolOptions>,
    shape: RouterShape
  ) {
    super('routers.progressivePool', options, shape);
    const { random } = shape;
    const { width, experts } = this.axes;
    const most = Math.max(options.from, options.to ?? 0);
    const { numExperts } = this;
    if (most > numExperts) {
      fail('routers.progressivePool', `from and to must be at most numExperts (${numExperts})`, most);
    }
    const order = options.order ?? Array.from({ length: numExperts }, (_, expert) => expert);
    this.rank = Array.from({ length: numExperts }, (_, expert) => order.indexOf(expert));
    if (order.length !== numExperts || this.rank.includes(-1)) {
      fail('routers.progressivePool', `order must hold each of 0..${numExperts - 1} once`, order);
    }
    this.weight = this.addParameter('weight', projectionWeight(width, experts, random.child('weight')));
    experts.pin('the order names experts by number');
    this.step = this.addBuffer('step', Buffer.over([], tf.zeros));
  }

  override ownFlops(): number {
    return projectFlops(this.weight);
  }

  protected override score(x: tf.Tensor2D, ctx: Context): tf.Tensor2D {
    if (ctx.training) {
      ctx.afterPass(() => tf.tidy(() => this.step.assign(this.step.read().add(1))));
    }
    const logits = project(x, this.weight);
    const inside = tf.tensor1d(this.rank).less(this.poolSize()).expandDims(0).tile([x.shape[0], 1]);
    return tf.where(inside, logits, tf.fill(logits.shape, OUTSIDE));
  }

  private poolSize(): tf.Scalar {
    const { from, to, steps } = this.options;
    const reached = this.step.read().div(steps).minimum(1);
    return reached
      .mul((to ?? this.numExperts) - from)
      .add(1e-4)
      .floor()
      .add(from);
  }
}

specs.register('progressive-pool', progressivePool);
