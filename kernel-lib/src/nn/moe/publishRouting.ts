import type { Context } from '../../base/core';
import type { Routing } from '../routers';
import { choicesOf } from './hostRouting';
import type { HostRouting } from './hostRouting';

/** Who routed, and to whom. */
export interface Routed {
  /** Kind of the router. */
  router: string;
  /** Labels of the experts; [E]. */
  experts: readonly string[];
  /** See `RoutingRecord`. */
  dropped: Uint8Array | null;
  capacity?: number;
  sharedExperts?: number;
}

/** Publishes what a router decided, where somebody observes it. */
export function publishRouting(routing: Routing, { observed }: HostRouting, routed: Routed, ctx: Context): void {
  if (observed !== null) {
    const { numExperts, numTokens } = routing;
    const shape = { path: ctx.path, numExperts, k: choicesOf(routing), numTokens };
    ctx.publish({ kind: 'routing', ...shape, ...routed, experts: [...routed.experts], ...observed });
  }
}
