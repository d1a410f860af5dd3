/** @file The scalars of a run that routes: its losses, and what each layer reports with the range that each formula allows. */
import type { Numeric, RoutingPayload } from '@switchyard/kernel-lib/protocol';
import type { IChartContext, IFigure } from '../figure';
import type { IScalarPlot, IScalarSeries } from '../scalarPlots';
import { scalarPlots } from '../scalarPlots';
import { scalars } from '../scalars';
import { layerLabels } from '../text';
import { layerBands, MOST_LINES } from './layerBands';

export function routingScalars(payload: RoutingPayload, context: IChartContext): IFigure | null {
  const { steps, plots } = routingSeries(payload, context);
  return scalars(steps, plots, context);
}

/** The same as numbers, to be drawn beside those of other runs. */
export function routingSeries(payload: RoutingPayload, context: IChartContext): IScalarSeries {
  const { steps, scalars: named } = payload.data.history;
  return { steps, plots: scalarPlots(named, layerScalars(payload, context)) };
}

/**
 * With at most 1/k of the assignments for one expert, MaxVio is at most E/k - 1 and the coefficient of variation at most
 * sqrt(E/k - 1); entropy is normalised and dropped is a share, so both lie in [0, 1].
 */
function layerScalars(payload: RoutingPayload, { trans, layer }: IChartContext): IScalarPlot[] {
  const { layers, history } = payload.data;
  const labels = layerLabels(layers);
  const worst = Math.max(0, ...layers.map((layer) => layer.numExperts / layer.k - 1));
  const plot = (title: string, series: Numeric[][], upper: number, fromZero = true): IScalarPlot => ({
    title,
    legend: trans.__('layer'),
    lines:
      series.length > MOST_LINES
        ? layerBands(series, labels, layer, trans)
        : series.map((values, i) => ({ name: labels[i], values })),
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
