import { Random } from '../../../base/core';
import type { ServingOptions } from './options';

/** Prompt tokens `from..to - 1` of a request through layers `firstLayer..endLayer - 1`. */
export interface PrefillPiece {
  request: number;
  from: number;
  to: number;
  firstLayer: number;
  endLayer: number;
}

/** A token that is generated: it goes through all layers. */
export interface DecodeToken {
  request: number;
  position: number;
}

/** Time of one iteration of a server. */
export interface IterationCost {
  seconds: number;
  /** The same without the prompt. */
  decodeSeconds: number;
  /** Expert weights read. */
  bytes: number;
  /** Experts that the prompt's tokens need, a load each, over the layers of the piece. */
  prefillLoads: number;
}

/**
 * Cost of one iteration: each layer reads the experts that any of its tokens needs, once, while it computes;
 * `overhead + sum_layers max(experts bytes / bandwidth, tokens seconds)`.
 */
export function iterationCost(
  options: ServingOptions,
  decoding: readonly DecodeToken[],
  piece: PrefillPiece | null
): IterationCost {
  const { layers, profile, route = byChance(options) } = options;
  const { expertBytes, memoryBandwidth, secondsPerToken, overheadSeconds = 0 } = profile;
  const layerSeconds = (experts: number, tokens: number): number =>
    Math.max((experts * expertBytes) / memoryBandwidth, tokens * secondsPerToken);
  const cost = { seconds: overheadSeconds, decodeSeconds: overheadSeconds, bytes: 0, prefillLoads: 0 };
  for (let layer = 0; layer < layers; layer++) {
    const decode = new Set(decoding.flatMap((token) => route({ ...token, layer })));
    const prefill = new Set<number>();
    const inside = piece !== null && layer >= piece.firstLayer && layer < piece.endLayer;
    for (let position = piece?.from ?? 0; inside && position < piece.to; position++) {
      route({ request: piece.request, position, layer }).forEach((expert) => prefill.add(expert));
    }
    const experts = new Set([...decode, ...prefill]).size;
    const tokens = decoding.length + (inside ? piece.to - piece.from : 0);
    cost.seconds += layerSeconds(experts, tokens);
    cost.decodeSeconds += layerSeconds(decode.size, decoding.length);
    cost.bytes += experts * expertBytes;
    cost.prefillLoads += prefill.size;
  }
  return cost;
}

function byChance({ experts, seed = 0 }: ServingOptions): NonNullable<ServingOptions['route']> {
  const random = Random.fromSeed(seed).child('routing');
  return ({ request, position, layer }) => {
    const next = random.child(request).child(position).child(layer).generator();
    const chosen = new Set<number>();
    while (chosen.size < experts.k) {
      chosen.add(Math.floor(next() * experts.numExperts));
    }
    return Array.from(chosen);
  };
}
