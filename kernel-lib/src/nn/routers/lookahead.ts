import { type tf } from '../../base/backend';
import { refuseOldNames } from '../../base/core';
import type { Context, Parameter } from '../../base/core';
import { earlierTokens, expectLookahead } from './parts/earlierTokens';
import type { Lookahead } from './parts/earlierTokens';
import { project, projectFlops, projectionWeight } from './parts/projection';
import { resolveTokenChoice, TokenChoice } from './parts/tokenChoice';
import type { TokenChoiceOptions } from './parts/tokenChoice';
import type { RouterShape, RouterSpec } from './router';
import { specs } from './specs';

export interface LookaheadOptions extends TokenChoiceOptions {
  /** Routed layers ahead of time: 1 is the layer before, "first" the first of the pass. Default 1. */
  ahead?: Lookahead;
}

/**
 * Pre-gating (arXiv 2308.12066; with `ahead: 'first'`, the router apart from the backbone of Read-ME,
 * arXiv 2410.19123): a layer routes by the tokens that an earlier routed layer received, so its experts are known that
 * long before they are needed. The first layers route by their own tokens, or the first layer's.
 *
 * @throws {SwitchyardError} where an option is out of range; at build, where k > numExperts.
 */
export function lookahead(options: LookaheadOptions): RouterSpec {
  refuseOldNames('routers.lookahead', options, { lookahead: 'ahead' });
  const { ahead = 1 } = options;
  const resolved = { ...resolveTokenChoice('routers.lookahead', options), ahead };
  expectLookahead('routers.lookahead', ahead);
  return { kind: 'lookahead', options: resolved, build: (shape) => new LookaheadRouter(resolved, shape) };
}

class LookaheadRouter extends TokenChoice {
  readonly kind = 'lookahead';
  private readonly weight: Parameter;

  constructor(
    private readonly options: Required<LookaheadOptions>,
    shape: RouterShape
  ) {
    super('routers.lookahead', options, shape);
    const { random } = shape;
    const { width, experts } = this.axes;
    this.weight = this.addParameter('weight', projectionWeight(width, experts, random.child('weight')));
  }

  override ownFlops(): number {
    return projectFlops(this.weight);
  }

  protected override score(x: tf.Tensor2D, ctx: Context): tf.Tensor2D {
    return project(earlierTokens(x, this.options.ahead, ctx), this.weight);
  }
}

specs.register('lookahead', lookahead);
