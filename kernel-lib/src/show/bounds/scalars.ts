import type { Numeric } from '../../protocol';
import { thin } from '../../study/telemetry/binned';
import type { BinnedSeries } from '../../study/telemetry/binned';
import { blendNumbers } from '../../study/telemetry/blends';
import { roundScalar } from './rounding';

/** Named scalars, rounded, at no more than `max` steps. */
export function boundScalars(
  { steps, scalars }: { steps: number[]; scalars: Record<string, Numeric[]> },
  max: number
): { steps: number[]; scalars: Record<string, Numeric[]> } {
  const thinned = thinTo({ steps, series: new Map(Object.entries(scalars)) }, max, blendNumbers);
  const rounded = Array.from(thinned.series, ([name, values]): [string, Numeric[]] => [name, values.map(roundScalar)]);
  return { steps: thinned.steps, scalars: Object.fromEntries(rounded) };
}

/** As {@link thin}; no bins at all where `max` is 0. */
export function thinTo<V>(
  series: BinnedSeries<V>,
  max: number,
  blend: (a: V, b: V, weight: number) => V
): BinnedSeries<V> {
  if (max > 0) {
    return thin(series, max, blend);
  }
  return { steps: [], series: new Map(Array.from(series.series.keys(), (name) => [name, []])) };
}
