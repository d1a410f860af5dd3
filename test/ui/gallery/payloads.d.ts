import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';

/** Names of the committed example payloads. */
export const EXAMPLES: readonly string[];
/** An example by name, or a simulated run by its size, as "48x128". */
export function payload(name: string): Promise<unknown>;
/** A run of so many layers and experts with so many tokens, bounded to 64 kB. */
export function simulated(layers: number, numExperts: number, sampled: number, seed?: number): Promise<RoutingPayload>;
/** A graph of points in a square, its payload and what its kernel tells of the whole, the buffers in base64. */
export function largeGraph(options?: { nodes?: number; radius?: number; changed?: boolean }): {
  payload: unknown;
  details: { data: unknown; buffers: string[] };
};
/** 2,048 tokens in 16 layers. */
export function longSample(): RoutingPayload;
