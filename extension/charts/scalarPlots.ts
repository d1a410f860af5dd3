/** @file Which scalars a payload has, plot by plot, with the range that each formula allows. */
import type { Numeric, RoutingPayload, TrainingPayload } from '@switchyard/kernel-lib/protocol';
import type { IChartContext } from './figure';
import { layerLabels } from './text';

/** Payloads that have scalars over the steps. */
export type ScalarPayload = RoutingPayload | TrainingPayload;

/** One small plot: a name, its lines and the range its formula allows. */
export interface IScalarPlot {
  title: string;
  /** What the lines have in common, for the legend: "layer"; empty where their names say it all. */
  legend: string;
  lines: { name: string; values: Numeric[] }[];
  /** Lower and upper bound; null where there is none. */
  bounds: [lower: number | null, upper: number | null];
  /** Whether the axis starts at 0: for what is best at 0. */
  fromZero: boolean;
}

/** Losses first, then what each layer reports, then the other scalars of the run. */
export function scalarPlots(payload: ScalarPayload, context: IChartContext): IScalarPlot[] {
  const named = namedScalars(payload);
  const loss = named.filter((plot) => plot.title === 'loss');
  const layers = payload.kind === 'routing' ? layerScalars(payload, context) : [];
  return [...loss, ...layers, ...named.filter((plot) => plot.title !== 'loss')];
}

/** "loss/train" and "loss/validation" share the plot "loss". */
function namedScalars(payload: ScalarPayload): IScalarPlot[] {
  const named = payload.kind === 'routing' ? payload.data.history.scalars : payload.data.scalars;
  const plots = new Map<string, IScalarPlot>();
  for (const [name, values] of Object.entries(named)) {
    const [group, ...rest] = name.split('/');
    const plot = plots.get(group) ?? { title: group, legend: '', lines: [], bounds: [null, null], fromZero: false };
    plot.lines.push({ name: rest.join('/'), values });
    plots.set(group, plot);
  }
  return [...plots.values()];
}

/**
 * With at most 1/k of the assignments for one expert, MaxVio is at most E/k - 1 and the coefficient of variation at most
 * sqrt(E/k - 1); entropy is normalised and dropped is a share, so both lie in [0, 1].
 */
function layerScalars(payload: RoutingPayload, { trans }: IChartContext): IScalarPlot[] {
  const { layers, history } = payload.data;
  const labels = layerLabels(layers);
  const worst = Math.max(0, ...layers.map((layer) => layer.numExperts / layer.k - 1));
  const plot = (title: string, series: Numeric[][], upper: number, fromZero = true): IScalarPlot => ({
    title,
    legend: trans.__('layer'),
    lines: series.map((values, i) => ({ name: labels[i], values })),
    bounds: [0, upper],
    fromZero
  });
  return [
    plot(trans.__('MaxVio'), history.maxVio, worst),
    plot(trans.__('coefficient of variation'), history.cv, Math.sqrt(worst)),
    plot(trans.__('router entropy'), history.entropy, 1, false),
    plot(trans.__('dropped share'), history.dropped, 1)
  ].filter((each) => each.lines.some((line) => line.values.some((value) => value !== null)));
}
