import { type tf } from '../../base/backend';
import type { Context, Parameter } from '../../base/core';
import { earlierTokens, expectLookahead } from './parts/earlierTokens';
import type { Lookahead } from './parts/earlierTokens';
import { project, projectFlops, projectionWeight } from './parts/projection';
import { resolveTokenChoice, TokenChoice } from './parts/tokenChoice';
import type { TokenChoiceOptions } from './parts/tokenChoice';
import type { RouterShape, RouterSpec } from './router';
import { specs } from './specs';

export interface PreGateOptions extends TokenChoiceOptions {
  /** Routed layers ahead of time: 1 is the layer before, "first" the first of the pass. Default 1. */
  lookahead?: Lookahead;
}

/**
 * Pre-gating (arXiv 2308.12066; with `lookahead: 'first'`, the router apart from the backbone of Read-ME,
 * arXiv 2410.19123): a layer routes by the tokens that an earlier routed layer received, so its experts are known that
 * long before they are needed. The first layers route by their own tokens, or the first layer's.
 *
 * @throws {SwitchyardError} where an option is out of range; at build, where k > numExperts.
 */
export function preGate(options: PreGateOptions): RouterSpec {
  const { lookahead = 1 } = options;
  const resolved = { ...resolveTokenChoice('preGate', options), lookahead };
  expectLookahead('preGate', lookahead);
  return { kind: 'pre-gate', options: resolved, build: (shape) => new PreGateRouter(resolved, shape) };
}

class PreGateRouter extends TokenChoice {
  readonly kind = 'pre-gate';
  private readonly weight: Parameter;

  constructor(
    private readonly options: Required<PreGateOptions>,
    shape: RouterShape
  ) {
    super('preGate', options, shape);
    const { random } = shape;
    const { width, experts } = this.axes;
    this.weight = this.addParameter('weight', projectionWeight(width, experts, random.child('weight')));
  }

  override ownFlops(): number {
    return projectFlops(this.weight);
  }

  protected override score(x: tf.Tensor2D, ctx: Context): tf.Tensor2D {
    return project(earlierTokens(x, this.options.lookahead, ctx), this.weight);
  }
}

specs.register('pre-gate', preGate);
