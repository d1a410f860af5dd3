/** @file What each choice is worth, the most first. */
import type { ChoicesPayload } from '@switchyard/kernel-lib/protocol';
import type { Data } from 'plotly.js';
import { cell, tableOf } from '../../base/table';
import { seriesColour } from '../amounts';
import type { IChartContext, IFigure } from '../figure';
import { layerAxis, rowsHeight } from '../layers';
import { omittedSentence } from '../legend';
import { baseLayout } from '../load';
import { brief, plainText, shortened } from '../text';

/** Letters of a choice beside its bar. */
const LETTERS = 18;

/** Null where no choice has a value. */
export function choiceValues({ data }: ChoicesPayload, context: IChartContext): IFigure | null {
  const choices = data.choices.filter(({ value }) => value !== null).sort((a, b) => b.value! - a.value!);
  if (choices.length === 0) {
    return null;
  }
  const { theme, trans } = context;
  const names = choices.map(({ label }) => shortened(label, LETTERS));
  return {
    data: [
      {
        type: 'bar',
        orientation: 'h',
        x: choices.map(({ value }) => value),
        y: choices.map((_, i) => i),
        marker: { color: seriesColour(0, theme.colours) },
        hoverinfo: 'text',
        hovertext: choices.map(({ label, value }) => plainText(`${label}: ${brief(value)}`))
      } as Data
    ],
    layout: {
      ...baseLayout(theme, 50 + rowsHeight(choices.length, 20, 420)),
      margin: { l: 46, r: 12, t: 8, b: 36 },
      hovermode: 'closest',
      xaxis: { title: { text: plainText(data.measure), standoff: 4 }, gridcolor: theme.grid, zeroline: false, nticks: 6, fixedrange: true }, // prettier-ignore
      yaxis: layerAxis(names, '')
    },
    summary:
      trans.__('%1 of %2 choices; most has %3 (%4).', data.measure, choices.length, choices[0].label, brief(choices[0].value)) + // prettier-ignore
      (data.method === '' ? '' : ` ${data.method}.`) +
      omittedSentence(data.omitted, trans),
    table: tableOf([trans.__('choice'), data.measure], () =>
      choices.map(({ label, value }) => [label, cell(value, brief)])
    )
  };
}
