/** @file What routers decide by: their logits, how far the first choice is ahead of the second, z-loss and selection bias. */
import { checkArray, checkInteger, checkNumber, checkNumeric, checkObject, refuse } from './checks';
import type { Check } from './checks';
import { MAX_LOAD_STEPS, MAX_SCORE_BINS } from './limits';
import type { Count, Magnitude, Numeric, Share } from './numbers';
import { checkSteps } from './scalars';
import { checkShares, checkTable, magnitudeOrNull, orEmpty, shareOrNull } from './tables';
import type { Shape } from './tokenSample';

/** Edges of bins, ascending; the first and the last bin hold what lies beyond their edges as well. */
export interface ScoreBins {
  /**
   * Of logits; B + 1.
   * @minItems 2
   * @maxItems 129
   */
  logits: number[];
  /**
   * Of margins between the two greatest logits of a token; M + 1.
   * @minItems 2
   * @maxItems 129
   */
  margins: Magnitude[];
}

/** Scores of one router over the tokens of the latest steps; of very many tokens, over some of them, evenly. */
export interface RouterInternals {
  /** Share of all logits by bin; B, sums to 1, or all 0 where there were none. */
  logits: Share[];
  /** Share of tokens by how far their greatest logit is above the second; M, sums as `logits` does. */
  margins: Share[];
  /** Mean of these differences; null where there is one expert. */
  margin: Magnitude | null;
  /** Mean over tokens of (log sum_i exp logit_i)^2, which a router z-loss keeps small. */
  zLoss: Magnitude | null;
  /** Bias that is added to each expert's score for the choice alone, as it is now; E. Absent where the router has none, or it would not fit. */
  bias?: Numeric[];
  /** How often each expert's bias has changed its sign since the run began; E. There as `bias` is. */
  biasFlips?: Count[];
}

/** Series of the routers' scores. All have the length of `steps`; S' <= 64. */
export interface InternalsHistory {
  /**
   * Ascending.
   * @maxItems 64
   */
  steps: Count[];
  /** Per layer; [L][S']. */
  zLoss: (Magnitude | null)[][];
  margin: (Magnitude | null)[][];
  /** Mean over experts of the size of their selection bias, null where there is none; empty where no router has one. */
  biasSize: (Magnitude | null)[][];
  /** Share of experts whose selection bias changed its sign in a step; as `biasSize`. */
  biasFlips: (Share | null)[][];
}

/** Checks the fields of the routers' scores, all of them optional. */
export function checkInternals(data: Record<string, unknown>, path: string, shapes: readonly Shape[]): void {
  const bins = data.scoreBins === undefined ? null : checkBins(data.scoreBins, `${path}.scoreBins`);
  (data.layers as Record<string, unknown>[]).forEach(({ internals }, i) => {
    const at = `${path}.layers[${i}].internals`;
    if (internals !== undefined && bins === null) {
      refuse(at, 'must be left out where there are no scoreBins', internals);
    } else if (internals !== undefined && bins !== null) {
      checkLayer(internals, at, bins, shapes[i].numExperts);
    }
  });
  const { internals } = data.history as Record<string, unknown>;
  if (internals !== undefined) {
    checkHistory(internals, `${path}.history.internals`, shapes.length);
  }
}

interface Bins {
  logits: number;
  margins: number;
}

function checkBins(value: unknown, path: string): Bins {
  const bins = checkObject(value, path);
  return {
    logits: checkEdges(bins.logits, `${path}.logits`, -Infinity),
    margins: checkEdges(bins.margins, `${path}.margins`, 0)
  };
}

/** Ascending edges; returns how many bins are between them. */
function checkEdges(value: unknown, path: string, low: number): number {
  const edges = checkArray(value, path, { min: 2, max: MAX_SCORE_BINS + 1 });
  edges.forEach((edge, i) => {
    checkNumber(edge, `${path}[${i}]`, low);
    if (i > 0 && (edge as number) <= (edges[i - 1] as number)) {
      refuse(`${path}[${i}]`, `must be greater than ${String(edges[i - 1])}, the edge before`, edge);
    }
  });
  return edges.length - 1;
}

function checkLayer(value: unknown, path: string, bins: Bins, numExperts: number): void {
  const { logits, margins, margin, zLoss, bias, biasFlips } = checkObject(value, path);
  checkShares(logits, `${path}.logits`, bins.logits);
  checkShares(margins, `${path}.margins`, bins.margins);
  magnitudeOrNull(margin, `${path}.margin`);
  magnitudeOrNull(zLoss, `${path}.zLoss`);
  const numeric: Check = (item, at) => checkNumeric(item, at);
  const count: Check = (item, at) => checkInteger(item, at, 0);
  if (bias !== undefined) {
    checkArray(bias, `${path}.bias`, { length: numExperts, item: numeric });
  }
  if (biasFlips !== undefined) {
    checkArray(biasFlips, `${path}.biasFlips`, { length: numExperts, item: count });
  }
}

function checkHistory(value: unknown, path: string, layers: number): void {
  const history = checkObject(value, path);
  const steps = checkSteps(history.steps, `${path}.steps`, MAX_LOAD_STEPS);
  const checks = { zLoss: magnitudeOrNull, margin: magnitudeOrNull, biasSize: magnitudeOrNull, biasFlips: shareOrNull };
  for (const [name, check] of Object.entries(checks)) {
    const rows = name.startsWith('bias') ? orEmpty(history[name], layers) : layers;
    checkTable(history[name], `${path}.${name}`, [rows, steps], check);
  }
}
