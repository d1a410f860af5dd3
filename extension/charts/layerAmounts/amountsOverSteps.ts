/** @file The amount of each layer at the steps of a run: which layers thin out, and when. */
import type { LayerAmountsPayload } from '@switchyard/kernel-lib/protocol';
import type { Data } from 'plotly.js';
import type { IChartContext, IFigure } from '../figure';
import { isNarrow } from '../fitting';
import { barTicks, labelMargin } from '../labelMargin';
import { layerAxis, layerMark, rowsHeight } from '../layers';
import { amountColours, barLength, barTitle, baseLayout, fixedMargin, shareColours, sharePositions } from '../load';
import { stepAxis } from '../stepAxis';
import { brief, plainText } from '../text';
import { cell, tableOf } from '../../base/table';
import { amountLabels, amountWords, measureName, reach } from './amountLabels';

/** Around the rows: above them stands the bar of colours. */
const MARGIN = { r: 8, t: 42, b: 40 };
/** Characters of a layer's path. */
const LENGTH = 22;
const SHORT = 14;

/** A row a layer, a column a step; [L][S]. Null where amounts are of states, or there is none yet. */
export function amountsOverSteps(payload: LayerAmountsPayload, context: IChartContext): IFigure | null {
  const { data } = payload;
  const { layers, steps } = data;
  if (layers.length === 0 || steps.length === 0) {
    return null;
  }
  const { theme, trans } = context;
  const labels = amountLabels(data, isNarrow(context) ? SHORT : LENGTH);
  const margin = { ...MARGIN, l: labelMargin(labels) };
  const words = amountWords(data);
  const end = reach(data, context.beside);
  const title = barTitle([trans.__('%1 by layer', measureName(data)), measureName(data)], context, margin);
  const length = barLength(context, margin);
  const colours = data.share
    ? shareColours(theme, { title, length })
    : amountColours(end, theme, { title, ticks: barTicks(end, length, brief) });
  return {
    data: [{ ...heatmap(payload, labels, context), ...colours } as unknown as Data],
    layout: {
      ...baseLayout(theme, MARGIN.t + MARGIN.b + rowsHeight(layers.length, 18, 320)),
      margin: fixedMargin(margin),
      hovermode: 'closest',
      shapes: layerMark(context, layers.length),
      xaxis: { ...stepAxis(steps, context), title: { text: trans.__('step') }, ticks: '' },
      yaxis: { ...layerAxis(labels, ''), automargin: false }
    },
    steps,
    summary: trans.__(
      '%1 of %2 layers from step %3 to step %4.',
      ...[measureName(data), layers.length, steps[0], steps[steps.length - 1]]
    ),
    table: tableOf([trans.__('step'), ...layers], () =>
      steps.map((step, s) => [String(step), ...data.amounts.map((row) => cell(row[s], words))])
    ),
    pick: ({ y }) => ({ layer: Number(y) })
  };
}

function heatmap({ data }: LayerAmountsPayload, labels: readonly string[], { trans }: IChartContext): object {
  const words = amountWords(data);
  return {
    type: 'heatmap',
    z: data.share ? sharePositions(data.amounts) : data.amounts,
    x: data.steps,
    y: data.layers.map((_, i) => i),
    hoverongaps: false,
    hoverinfo: 'text',
    text: data.amounts.map((row, layer) =>
      row.map((amount, s) =>
        plainText(trans.__('step %1, %2: %3 %4', data.steps[s], labels[layer], data.measure, words(amount)))
      )
    )
  };
}
