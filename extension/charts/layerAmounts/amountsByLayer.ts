/** @file The amount of each layer: the latest of a run, or that of each state beside the others. */
import { latestAmounts } from '@switchyard/kernel-lib/protocol';
import type { LayerAmountsPayload, Numeric } from '@switchyard/kernel-lib/protocol';
import type { Data } from 'plotly.js';
import { amountColours, seriesColour } from '../amounts';
import type { IChartContext, IFigure } from '../figure';
import { isNarrow } from '../fitting';
import { layerAxis, layerMark, rowsHeight } from '../layers';
import { legendAbove, moreRows, omittedSentence } from '../legend';
import { baseLayout } from '../load';
import { plainText } from '../text';
import { cell, tableOf } from '../../base/table';
import { amountLabels, amountWords, measureName, reach } from './amountLabels';

/** Amounts of one state, [L]. */
interface IState {
  name: string;
  amounts: Numeric[];
}

/** Bars, one a layer and state, on a track of the most that there could be. */
export function amountsByLayer(payload: LayerAmountsPayload, context: IChartContext): IFigure | null {
  const { data } = payload;
  const { layers, steps, states, most, omitted } = data;
  if (layers.length === 0 || steps.length + states.length === 0) {
    return null;
  }
  const { theme, trans } = context;
  const shown: IState[] =
    steps.length > 0
      ? [{ name: trans.__('step %1', steps[steps.length - 1]), amounts: latestAmounts(data) }]
      : states.map((name, s) => ({ name, amounts: data.amounts.map((row) => row[s]) }));
  const words = amountWords(data);
  const named = shown.length > 1;
  const last = shown[shown.length - 1];
  return {
    data: [...track(payload, context), ...shown.map((state, s) => bars(payload, state, s, context))],
    layout: {
      ...baseLayout(theme, (named ? 76 : 54) + rowsHeight(layers.length * shown.length, named ? 12 : 20, 400) + moreRows(named ? states : [''], context)), // prettier-ignore
      ...(named ? legendAbove(theme) : {}),
      margin: { l: 46, r: 20, t: named ? 26 : 8, b: 40 },
      barmode: named ? 'group' : 'overlay',
      bargap: 0.2,
      shapes: layerMark(context, layers.length),
      xaxis: {
        title: { text: plainText(measureName(data)), standoff: 4 },
        range: [0, reach(data, context.beside) * 1.02],
        nticks: isNarrow(context) ? 3 : 6,
        fixedrange: true,
        tickformat: data.share ? '.0%' : '',
        gridcolor: theme.grid,
        zeroline: false
      },
      yaxis: layerAxis(amountLabels(data), '')
    },
    summary: summary(payload, last, context) + omittedSentence(omitted, trans),
    table: tableOf(
      [trans.__('layer'), ...shown.map(({ name }) => name), ...(most.length > 0 ? [trans.__('at most')] : [])],
      () =>
        layers.map((layer, i) => [
          layer,
          ...shown.map(({ amounts }) => cell(amounts[i], words)),
          ...(most.length > 0 ? [cell(most[i], words)] : [])
        ])
    ),
    pick: ({ y }) => ({ layer: Number(y) })
  };
}

function summary({ data }: LayerAmountsPayload, { name, amounts }: IState, { trans }: IChartContext): string {
  const words = amountWords(data);
  const known = amounts.flatMap((amount, i) => (amount === null ? [] : [{ amount, layer: data.layers[i] }]));
  if (known.length === 0) {
    return trans.__('%1 of %2 layers, none known yet.', measureName(data), data.layers.length);
  }
  const least = known.reduce((a, b) => (b.amount < a.amount ? b : a));
  const largest = known.reduce((a, b) => (b.amount > a.amount ? b : a));
  return trans.__(
    '%1 of %2 layers (%3): from %4 in %5 to %6 in %7.',
    ...[measureName(data), data.layers.length, name, words(least.amount), least.layer],
    ...[words(largest.amount), largest.layer]
  );
}

/** The most that each layer could have; nothing where that is not known, or several states stand beside each other. */
function track({ data }: LayerAmountsPayload, { theme }: IChartContext): Data[] {
  const { most, share, layers, states } = data;
  if (states.length > 1 || (most.length === 0 && !share)) {
    return [];
  }
  const bar = {
    type: 'bar',
    orientation: 'h',
    x: layers.map((_, i) => (most.length > 0 ? (most[i] ?? 0) : 1)),
    y: layers.map((_, i) => i),
    marker: { color: amountColours(3, theme.colours)[0] },
    showlegend: false,
    hoverinfo: 'skip'
  };
  return [bar as unknown as Data];
}

function bars({ data }: LayerAmountsPayload, { name, amounts }: IState, index: number, context: IChartContext): Data {
  const { theme, trans } = context;
  const words = amountWords(data);
  return {
    type: 'bar',
    orientation: 'h',
    name: plainText(name),
    x: amounts,
    y: amounts.map((_, i) => i),
    marker: { color: seriesColour(index, theme.colours) },
    hoverinfo: 'text',
    text: amounts.map((amount, i) =>
      plainText(trans.__('%1, %2: %3 %4', data.layers[i], name, data.measure, words(amount)))
    ),
    textposition: 'none'
  } as unknown as Data;
}
