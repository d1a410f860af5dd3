import type { InternalsHistory, Numeric, RouterInternals } from '../../../protocol';
import { blendNumbers } from '../../../study/telemetry/blends';
import { roundNumber, roundScalar } from '../../bounds/rounding';
import { thinTo } from '../../bounds/scalars';

const SHARE_DECIMALS = 4;
const SERIES = ['zLoss', 'margin', 'biasSize', 'biasFlips'] as const;

/** Scores of a router, rounded; `withBias`: with the bias of each expert. */
export function boundInternals(internals: RouterInternals, withBias: boolean): RouterInternals {
  const { logits, margins, margin, zLoss, bias, biasFlips } = internals;
  const shares = (values: number[]): number[] => values.map((x) => roundNumber(x, SHARE_DECIMALS));
  return {
    logits: shares(logits),
    margins: shares(margins),
    margin: roundScalar(margin),
    zLoss: roundScalar(zLoss),
    ...(withBias && bias ? { bias: bias.map(roundScalar) } : {}),
    ...(withBias && biasFlips ? { biasFlips } : {})
  };
}

/** The history of these layers' scores, rounded, at no more than `max` steps. */
export function boundInternalsHistory(
  history: InternalsHistory,
  layers: readonly number[],
  max: number
): InternalsHistory {
  const known = SERIES.flatMap((name) =>
    layers.filter((i) => i in history[name]).map((i): [string, Numeric[]] => [`${name} ${i}`, history[name][i]])
  );
  const { steps, series } = thinTo({ steps: history.steps, series: new Map(known) }, max, blendNumbers);
  const [zLoss, margin, biasSize, biasFlips] = SERIES.map((name) =>
    layers.flatMap((i) => {
      const values = series.get(`${name} ${i}`);
      return values === undefined ? [] : [values.map(roundScalar)];
    })
  );
  return { steps, zLoss, margin, biasSize, biasFlips };
}
