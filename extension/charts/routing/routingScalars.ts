/** @file The scalars of a run that routes: its losses, and what each layer reports with the range that each formula allows. */
import type { Numeric, RoutingPayload } from '@switchyard/kernel-lib/protocol';
import type { IChartContext, IFigure } from '../figure';
import type { IScalarLine, IScalarPlot, IScalarSeries } from '../scalarPlots';
import { scalarPlots } from '../scalarPlots';
import { scalars } from '../scalars';
import { layerLabels } from '../text';
import { layerLines } from './layerBands';
import { changedChoices } from './changedChoices';
import { deadExperts, effectiveExperts } from './routingHealth';

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
function layerScalars(payload: RoutingPayload, context: IChartContext): IScalarPlot[] {
  const { trans } = context;
  const { layers, history } = payload.data;
  const labels = layerLabels(layers);
  const worst = Math.max(0, ...layers.map((layer) => layer.numExperts / layer.k - 1));
  const lines = (series: Numeric[][], steps?: readonly number[]): IScalarLine[] =>
    layerLines(series, labels, context).map((line) => (steps === undefined ? line : { ...line, steps }));
  const plot = (title: string, series: Numeric[][], upper: number, fromZero = true): IScalarPlot => ({
    title,
    legend: trans.__('layer'),
    lines: lines(series),
    bounds: [0, upper],
    fromZero
  });
  // Of loads fewer steps are kept, and other ones.
  const ofLoads = (title: string, of: (load: readonly number[]) => Numeric): IScalarPlot => ({
    ...plot(title, [], Math.max(0, ...layers.map(({ numExperts }) => numExperts))),
    lines: lines(
      history.load.map((loads) => loads.map(of)),
      history.loadSteps
    )
  });
  const { tokens } = payload.data;
  const moves = tokens && changedChoices(tokens, layers, payload.source.step);
  const ofMoves = (title: string, series: Numeric[][]): IScalarPlot => ({
    ...plot(title, [], 1),
    lines: lines(series, moves?.steps)
  });
  const stability =
    moves === null
      ? []
      : [
          ofMoves(trans.__('tokens rerouted'), moves.sinceBefore),
          ofMoves(trans.__('rerouted by the end'), moves.againstLast)
        ];
  return [
    plot(trans.__('MaxVio'), history.maxVio, worst),
    plot(trans.__('coefficient of variation'), history.cv, Math.sqrt(worst)),
    plot(trans.__('router entropy'), history.entropy, 1, false),
    plot(trans.__('dropped share'), history.dropped, 1),
    ofLoads(trans.__('effective experts'), effectiveExperts),
    ofLoads(trans.__('dead experts'), deadExperts),
    ...stability
  ].filter((each) => each.lines.some((line) => line.values.some((value) => value !== null)));
}
