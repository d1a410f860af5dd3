import { type tf } from '../backend';
import { fail } from '../core';
import type { Context, Parameter } from '../core';
import { project, projectionWeight } from './parts/projection';
import type { RouterShape, RouterSpec } from './router';
import { resolveTokenChoice, TokenChoice } from './parts/tokenChoice';
import type { TokenChoiceOptions } from './parts/tokenChoice';

export interface PreGateOptions extends TokenChoiceOptions {
  /** Routed layers ahead of time: 1 is the layer before, Infinity the first one. Default 1. */
  lookahead?: number;
}

/**
 * Pre-gating (arXiv 2308.12066; with `lookahead: Infinity`, the router apart from the backbone of Read-ME,
 * arXiv 2410.19123): a layer routes by the tokens that an earlier routed layer received, so its experts are known that
 * long before they are needed. The first layers route by their own tokens, or the first layer's.
 *
 * @throws {SwitchyardError} where an option is out of range; at build, where k > numExperts.
 */
export function preGate(options: PreGateOptions): RouterSpec {
  const { lookahead = 1 } = options;
  const resolved = { ...resolveTokenChoice('preGate', options), lookahead };
  if (!(lookahead === Infinity || (Number.isInteger(lookahead) && lookahead >= 0))) {
    fail('preGate', 'lookahead must be an integer of at least 0, or Infinity', lookahead);
  }
  return { kind: 'pre-gate', options: resolved, build: (shape) => new PreGateRouter(resolved, shape) };
}

class PreGateRouter extends TokenChoice {
  readonly kind = 'pre-gate';
  private readonly weight: Parameter;

  constructor(
    private readonly options: Required<PreGateOptions>,
    { width, numExperts, random }: RouterShape
  ) {
    super('preGate', options, numExperts);
    this.weight = this.addParameter('weight', projectionWeight(width, numExperts, random.child('weight')));
  }

  protected override score(x: tf.Tensor2D, ctx: Context): tf.Tensor2D {
    const layer = countSeen(ctx);
    ctx.setState(seen(layer), x.clone());
    const from = Math.max(0, layer - this.options.lookahead);
    const early = ctx.getState(seen(from)) as tf.Tensor2D;
    return project(early, this.weight);
  }
}

// Tokens that the n-th routed layer of the pass received.
const seen = (layer: number): string => `preGate/${layer}`;

function countSeen(ctx: Context): number {
  let layer = 0;
  while (ctx.getState(seen(layer)) !== null) {
    layer++;
  }
  return layer;
}
