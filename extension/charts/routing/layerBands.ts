/** @file What many layers report as bands, with the layer in view drawn out: forty-eight lines are a tangle. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Numeric } from '@switchyard/kernel-lib/protocol';
import type { IChartContext } from '../figure';
import type { IScalarLine } from '../scalarPlots';

/** More layers than this are bands. */
const MOST_LINES = 12;

/** Parts of the layers below each edge. */
const LOW = 0.1;
const HIGH = 0.9;

/** A line for each layer, or bands where there are too many; series are [L][S]. */
export function layerLines(
  series: readonly Numeric[][],
  labels: readonly string[],
  { layer, trans }: Pick<IChartContext, 'layer' | 'trans'>
): IScalarLine[] {
  return series.length > MOST_LINES
    ? layerBands(series, labels, layer, trans)
    : series.map((values, i) => ({ name: labels[i], values }));
}

/** The band that eight of ten layers lie in at each step, their median, and the layer in view; series are [L][S]. */
function layerBands(
  series: readonly Numeric[][],
  labels: readonly string[],
  layer: number,
  trans: TranslationBundle
): IScalarLine[] {
  const steps = series[0].length;
  const sorted = Array.from({ length: steps }, (_, s) =>
    series.flatMap((values) => values[s] ?? []).sort((a, b) => a - b)
  );
  const at = (part: number): Numeric[] => sorted.map((values) => quantile(values, part));
  const chosen = Math.min(layer, series.length - 1);
  return [
    { name: trans.__('10 % of layers'), values: at(LOW), part: 'low' },
    { name: trans.__('90 % of layers'), values: at(HIGH), part: 'high' },
    { name: trans.__('median'), values: at(0.5), part: 'middle' },
    { name: labels[chosen], values: series[chosen], part: 'chosen' }
  ];
}

/** The value below which this part of the ascending values lies, between two of them as the way to the next; null of none. */
export function quantile(ascending: readonly number[], part: number): Numeric {
  if (ascending.length === 0) {
    return null;
  }
  const place = part * (ascending.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, ascending.length - 1);
  return ascending[below] + (place - below) * (ascending[above] - ascending[below]);
}
