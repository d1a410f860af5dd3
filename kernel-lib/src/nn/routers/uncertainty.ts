import { tf } from '../../base/backend';
import { expectInteger, expectNumber } from '../../base/core';
import type { Context, Parameter } from '../../base/core';
import { project, projectFlops, projectionWeight } from './parts/projection';
import { resolveTokenChoice, TokenChoice } from './parts/tokenChoice';
import type { TokenChoiceOptions } from './parts/tokenChoice';
import type { RouterShape, RouterSpec } from './router';
import { specs } from './specs';

export interface UncertaintyOptions extends TokenChoiceOptions {
  /** Routers that are asked, M: the same one with other features dropped out. Default 8. */
  samples?: number;
  /** Share of the features that are dropped, 0 to below 1. Default 0.2. */
  dropout?: number;
}

/**
 * Uncertainty-aware router (after MoFME, arXiv 2312.16610): the token is scored M times with features dropped out, Monte Carlo
 * dropout (arXiv 1506.02142), in inference as well, and logits of mean m and variance v over all the samples become
 * `m / sqrt(1 + pi v / 8)` (MacKay 1992): where the samples do not agree, the weights are more even. What is dropped is the same
 * for all tokens of a pass, and drawn from the pass's stream.
 *
 * @throws {SwitchyardError} where an option is out of range; at build, where k > numExperts.
 */
export function uncertainty(options: UncertaintyOptions): RouterSpec {
  const { samples = 8, dropout = 0.2 } = options;
  const resolved = { ...resolveTokenChoice('routers.uncertainty', options), samples, dropout };
  expectInteger('routers.uncertainty', 'samples', samples, 2);
  expectNumber('routers.uncertainty', 'dropout', dropout, 0, 1 - Number.EPSILON);
  return { kind: 'uncertainty', options: resolved, build: (shape) => new UncertaintyRouter(resolved, shape) };
}

class UncertaintyRouter extends TokenChoice {
  readonly kind = 'uncertainty';
  private readonly weight: Parameter;

  constructor(
    private readonly options: Required<UncertaintyOptions>,
    shape: RouterShape
  ) {
    super('routers.uncertainty', options, shape);
    const { random } = shape;
    const { width, experts } = this.axes;
    this.weight = this.addParameter('weight', projectionWeight(width, experts, random.child('weight')));
  }

  override ownFlops(): number {
    return this.options.samples * projectFlops(this.weight);
  }

  protected override score(x: tf.Tensor2D, ctx: Context): tf.Tensor2D {
    const { samples, dropout } = this.options;
    const [, width] = x.shape;
    const kept = ctx.random.child('dropout').uniform([samples, 1, width]).greaterEqual(dropout).toFloat();
    const masks = tf.unstack(kept.div(1 - dropout)) as tf.Tensor2D[];
    const { mean, variance } = tf.moments(tf.stack(masks.map((mask) => project(x.mul(mask), this.weight))), 0);
    return mean.div(
      variance
        .mul(Math.PI / 8)
        .add(1)
        .sqrt()
    ) as tf.Tensor2D;
  }
}

specs.register('uncertainty', uncertainty);
