import { expectInteger, fail } from '../../../base/core';
import type { LayerConfidence, RouterConfidencePayload } from '../../../protocol';
import type { LayerProbs } from '../../../study/analysis';
import { still } from '../../envelope';

const MAX_BINS = 100;

/** Options of `show.routerConfidence`. */
export interface RouterConfidenceOptions {
  /** Reference for first choices, for example an oracle's; [T * L], row by token, -1 where there is none. */
  reference?: { name: string; choices: ArrayLike<number> };
  /** Bins of equal width over 0..1, 1..100. Default 20. */
  bins?: number;
  /** Title for people. Default "router confidence". */
  title?: string;
}

/**
 * How sure each router is of its first choice, and how often it is right, as a payload:
 * `show.payload(show.routerConfidence(moe.analysis.routerProbs(model, inputs), { reference: { name: 'oracle', choices: routes.paths } }))`.
 *
 * @param layers - Probabilities of each routed layer, [T][E], in order of depth.
 * @throws {SwitchyardError} where an option is out of range, or lengths do not agree.
 */
export function routerConfidence(
  layers: readonly LayerProbs[],
  { reference, bins = 20, title = 'router confidence' }: RouterConfidenceOptions = {}
): RouterConfidencePayload {
  const where = 'show.routerConfidence';
  expectInteger(where, 'bins', bins, 1, MAX_BINS);
  const numLayers = layers.length;
  const measured = layers.map((layer, l) => {
    const numTokens = layer.probs.length;
    if (reference !== undefined && reference.choices.length !== numTokens * numLayers) {
      fail(where, `choices must have T * L (${numTokens * numLayers}) entries`, reference.choices.length);
    }
    const right = reference && ((t: number) => reference.choices[t * numLayers + l]);
    return measure(layer, bins, right);
  });
  const edges = Array.from({ length: bins + 1 }, (_, i) => i / bins);
  return still('router-confidence', { edges, reference: reference?.name ?? '', layers: measured }, { title });
}

function measure(
  { path, router, probs }: LayerProbs,
  bins: number,
  reference: ((token: number) => number) | undefined
): LayerConfidence {
  const counts = new Array<number>(bins).fill(0);
  const compared = new Array<number>(bins).fill(0);
  const agreed = new Array<number>(bins).fill(0);
  let sum = 0;
  probs.forEach((row, t) => {
    const top = Math.min(1, Math.max(...row));
    const bin = Math.min(bins - 1, Math.floor(top * bins));
    const right = reference?.(t) ?? -1;
    sum += top;
    counts[bin]++;
    compared[bin] += right >= 0 ? 1 : 0;
    agreed[bin] += right >= 0 && row[right] === Math.max(...row) ? 1 : 0;
  });
  const total = probs.length;
  return {
    path,
    router,
    tokens: counts.map((count) => count / Math.max(1, total)),
    agreement: reference ? compared.map((count, bin) => (count === 0 ? null : agreed[bin] / count)) : [],
    mean: total === 0 ? null : sum / total
  };
}
