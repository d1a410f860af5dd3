/** @file Load of one layer's experts over the run, as a multiple of the fair share. */
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import type { Data } from 'plotly.js';
import type { IChartContext, IFigure } from './figure';
import { baseLayout, expertAxis, loadCeiling, loadColours, timesFair } from './load';
import { outlineRow } from './mark';
import { expertNames, layerLabels, percent, plainText } from './text';

/** Columns are the steps kept, rows experts; z is load over fair share, [E][S']. */
export function loadOverTime(payload: RoutingPayload, context: IChartContext): IFigure | null {
  const { layers, history } = payload.data;
  const layer = layers.at(context.layer);
  const loads = history.load.at(context.layer);
  if (!layer || !loads || history.loadSteps.length === 0) {
    return null;
  }
  const { theme, trans } = context;
  const names = expertNames(layer, trans);
  const z = names.map((_, e) => loads.map((row) => timesFair(row[e], layer.numExperts)));
  const label = layerLabels(layers)[context.layer];
  const heatmap = {
    type: 'heatmap',
    z,
    x: history.loadSteps,
    y: names.map((_, e) => e),
    hoverinfo: 'text',
    text: z.map((row, e) =>
      row.map((ratio, s) =>
        plainText(
          trans.__(
            'step %1, %2: %3 of assignments, %4 × fair share',
            history.loadSteps[s],
            names[e],
            percent(loads[s][e]),
            ratio.toFixed(2)
          )
        )
      )
    ),
    ...loadColours(loadCeiling(z), theme, { fair: trans.__('fair') })
  } as unknown as Data;
  const first = history.loadSteps[0];
  const last = history.loadSteps[history.loadSteps.length - 1];
  return {
    data: [heatmap],
    layout: {
      ...baseLayout(theme, 70 + Math.min(240, Math.max(80, layer.numExperts * 9))),
      xaxis: { title: { text: trans.__('step'), standoff: 4 }, showgrid: false, zeroline: false, nticks: 7 },
      yaxis: expertAxis(trans, names.length),
      shapes: context.expert === null ? [] : [outlineRow(context.expert, theme)]
    },
    summary: trans.__('Load of the experts of layer %1 from step %2 to step %3.', label, first, last),
    table: {
      columns: [trans.__('step'), ...names],
      rows: history.loadSteps.map((step, s) => [String(step), ...loads[s].map(percent)])
    }
  };
}
