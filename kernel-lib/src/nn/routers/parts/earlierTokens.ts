import { type tf } from '../../../base/backend';
import { fail, stateKey } from '../../../base/core';
import type { Context, StateKey } from '../../../base/core';

/** Routed layers ahead of time, or "first": the first of the pass. */
export type Lookahead = number | 'first';

/**
 * The tokens that the routed layer `lookahead` layers before this one received in the same pass, or the first one of the pass.
 * The first layers get their own, or the first layer's. Each layer of a pass calls it once.
 *
 * @param x - What this layer received, [T, D].
 */
export function earlierTokens(x: tf.Tensor2D, lookahead: Lookahead, ctx: Context): tf.Tensor2D {
  const layer = countSeen(ctx);
  ctx.setState(seen(layer), x.clone());
  return ctx.getState(seen(lookahead === 'first' ? 0 : Math.max(0, layer - lookahead)))!;
}

/** @throws {SwitchyardError} where it is not a number of layers. */
export function expectLookahead(where: string, lookahead: Lookahead): void {
  if (!(lookahead === 'first' || (Number.isInteger(lookahead) && lookahead >= 0))) {
    fail(where, 'ahead must be an integer of at least 0, or "first"', lookahead);
  }
}

// Tokens that the n-th routed layer of the pass received.
const seen = (layer: number): StateKey<tf.Tensor2D> => stateKey(`lookahead/${layer}`);

function countSeen(ctx: Context): number {
  let layer = 0;
  while (ctx.getState(seen(layer)) !== null) {
    layer++;
  }
  return layer;
}
