/** @file The scalars of a run that routes: its losses, and what each layer reports with the range that each formula allows. */
import type { Numeric, RoutingPayload } from '@switchyard/kernel-lib/protocol';
import type { IChartContext, IFigure } from '../figure';
import type { IScalarPlot } from '../scalarPlots';
import { scalarPlots } from '../scalarPlots';
import { scalars } from '../scalars';
import { layerLabels } from '../text';

export function routingScalars(payload: RoutingPayload, context: IChartContext): IFigure | null {
  const { history } = payload.data;
  return scalars(history.steps, scalarPlots(history.scalars, layerScalars(payload, context)), context);
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
