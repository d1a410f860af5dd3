import type { LayerRouting, Numeric } from '../../protocol';
import { conditionalShares } from './coActivation';
import type { LayerCounts } from './layerCounts';
import type { LayerRecorder } from './layerRecorder';
import { loadMetrics } from './loadMetrics';

/** Scalars of a layer at one step. */
export interface LayerScalars {
  maxVio: Numeric;
  cv: Numeric;
  entropy: Numeric;
  dropped: Numeric;
}

/** Co-activation has no room in a payload above this many numbers, the layers together. */
const MAX_PAIRS = 16_384;

/** All layers as a payload shows them; `paired` is the path of one whose pairs are wanted. Numbers are exact; `bound` rounds them. */
export function layerRoutings(layers: readonly LayerRecorder[], paired?: string): LayerRouting[] {
  const pairs = layers.reduce((sum, { numExperts }) => sum + numExperts ** 2, 0);
  return layers.map((layer) => layerRouting(layer.window(), layer, pairs <= MAX_PAIRS || layer.path === paired));
}

function layerRouting(
  counts: LayerCounts,
  { path, router, experts, bias, sharedExperts }: LayerRecorder,
  withPairs: boolean
): LayerRouting {
  const { numExperts, k } = counts;
  const { effectiveExperts, deadFraction } = loadMetrics(counts.load, { k });
  return {
    path,
    router,
    numExperts,
    k,
    experts,
    load: shares(counts.load),
    importance: shares(counts.importance),
    ...layerScalars(counts),
    effectiveExperts: finite(effectiveExperts, 1),
    deadFraction: finite(deadFraction),
    domainLoad: rows(counts.domainLoad, numExperts).map(shares),
    coActivation: withPairs ? coActivationOf(counts) : null,
    meanWeight: Array.from(counts.weight, (sum, e) => finite(sum / counts.taken[e])),
    ...(sharedExperts > 0 ? { sharedExperts } : {}),
    ...overflowOf(counts),
    ...internalsOf(counts, bias)
  };
}

/** Overflow of each expert, and the capacity of all as a multiple of the fair share. */
function overflowOf({ drops, load, taken, capacity, choices, numExperts }: LayerCounts): Partial<LayerRouting> {
  return {
    ...(drops ? { overflow: Array.from(load, (count, e) => finite((count - taken[e]) / count)) } : {}),
    ...(capacity > 0 && choices > 0 ? { capacity: (capacity * numExperts) / choices } : {})
  };
}

function internalsOf({ scores }: LayerCounts, bias: LayerRecorder['bias']): Pick<LayerRouting, 'internals'> {
  const internals = scores.read();
  return internals === null ? {} : { internals: { ...internals, ...bias.read() } };
}

/** The series of {@link LayerScalars}, null where nothing was routed. */
export function layerScalars(counts: LayerCounts): LayerScalars {
  const { maxVio, cv } = loadMetrics(counts.load, { k: counts.k });
  return {
    maxVio: finite(maxVio),
    cv: finite(cv),
    entropy: finite(counts.entropy / counts.tokens / Math.log(counts.numExperts), 1),
    dropped: finite(counts.droppedChoices / counts.choices)
  };
}

/** N_ij / N_i of the window, null where i was not chosen; null where pairs are not counted. */
export function coActivationOf({ pairs, numExperts }: LayerCounts): Numeric[][] | null {
  return pairs && conditionalShares(pairs, numExperts).map((row) => row.map((x) => finite(x)));
}

/** Shares of the sum; all 0 where the sum is. */
export function shares(counts: ArrayLike<number>): number[] {
  let total = 0;
  for (let i = 0; i < counts.length; i++) {
    total += counts[i];
  }
  return Array.from(counts, (count) => (total > 0 ? count / total : 0));
}

/** NaN and infinities as null; float rounding beyond `max` is cut. */
function finite(value: number, max = Infinity): Numeric {
  return Number.isFinite(value) ? Math.min(value, max) : null;
}

function rows(values: Float64Array, width: number): Float64Array[] {
  return Array.from({ length: values.length / width }, (_, g) => values.subarray(g * width, (g + 1) * width));
}
