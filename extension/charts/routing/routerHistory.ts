/** @file What routers decide by, over the steps of a run: z-loss, margin, and where they have one the selection bias. */
import type { Numeric, RoutingPayload } from '@switchyard/kernel-lib/protocol';
import type { IChartContext, IFigure } from '../figure';
import type { IScalarPlot } from '../scalarPlots';
import { scalars } from '../scalars';
import { layerLabels } from '../text';
import { layerLines } from './layerBands';

/** Small plots, a line for each layer. Null where nothing was kept. */
export function routerHistory(payload: RoutingPayload, context: IChartContext): IFigure | null {
  const { history, layers } = payload.data;
  const { internals } = history;
  if (internals === undefined) {
    return null;
  }
  const { trans } = context;
  const labels = layerLabels(layers);
  const plot = (title: string, series: readonly Numeric[][], upper: number | null): IScalarPlot => ({
    title,
    legend: trans.__('layer'),
    lines: series.length === 0 ? [] : layerLines(series, labels, context),
    bounds: [0, upper],
    fromZero: true
  });
  const plots = [
    plot(trans.__('z-loss'), internals.zLoss, null),
    plot(trans.__('mean margin'), internals.margin, null),
    plot(trans.__('size of the selection bias'), internals.biasSize, null),
    plot(trans.__('biases that changed sign'), internals.biasFlips, 1)
  ].filter(({ lines }) => lines.some(({ values }) => values.some((value) => value !== null)));
  return scalars(internals.steps, plots, context);
}
