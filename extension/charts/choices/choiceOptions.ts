/** @file The options of each choice side by side, darker where their value is larger. */
import type { ChoicesPayload } from '@switchyard/kernel-lib/protocol';
import type { Annotations, Data } from 'plotly.js';
import { cell, tableOf } from '../../base/table';
import { amountScale } from '../amounts';
import type { IChartContext, IFigure } from '../figure';
import { figureWidth, fitting } from '../fitting';
import { layerAxis, rowsHeight } from '../layers';
import { omittedSentence } from '../legend';
import { amountColours, baseLayout } from '../load';
import { brief, plainText, shortened } from '../text';

const LETTERS = 18;
const ROW = 26;
/** Room of a choice's name, about; pixels. */
const NAMES = 120;
const FONT = 9;

/** Null where no choice has options. */
export function choiceOptions({ data }: ChoicesPayload, context: IChartContext): IFigure | null {
  const choices = data.choices.filter(({ options }) => options.length > 0);
  if (choices.length === 0) {
    return null;
  }
  const { theme, trans } = context;
  const columns = Math.max(...choices.map(({ options }) => options.length));
  const values = choices.flatMap(({ options }) => options.flatMap(({ value }) => value ?? []));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const at = <T>(of: (option: (typeof choices)[number]['options'][number], label: string) => T): (T | null)[][] =>
    choices.map(({ label, options }) =>
      Array.from({ length: columns }, (_, i) => (i < options.length ? of(options[i], label) : null))
    );
  const words = trans.__('times');
  const { colorbar } = amountColours(1, theme, { title: data.outcome, ticks: [] }) as { colorbar: object };
  return {
    data: [
      {
        type: 'heatmap',
        z: at(({ value }) => value),
        xgap: 2,
        ygap: 2,
        zmin: low,
        zmax: high > low ? high : low + 1,
        colorscale: amountScale(theme.colours),
        colorbar: { ...colorbar, tickvals: [low, high], ticktext: [brief(low), brief(high)] },
        hoverinfo: 'text',
        text: at(({ label, value, count }, choice) =>
          plainText(`${choice} = ${label}: ${data.outcome} ${brief(value)} · ${count} ${words}`)
        )
      } as unknown as Data
    ],
    layout: {
      ...baseLayout(theme, 70 + rowsHeight(choices.length, ROW, 560)),
      margin: { l: 46, r: 12, t: 54, b: 10 },
      xaxis: { visible: false, fixedrange: true },
      yaxis: layerAxis(choices.map(({ label }) => shortened(label, LETTERS)), ''), // prettier-ignore
      annotations: choices.flatMap(({ options }, row) =>
        options.flatMap((option, column) => label(option, { row, column, columns, low, high }, context))
      )
    },
    summary:
      trans.__('%1 by option of %2 choices, from %3 to %4.', data.outcome, choices.length, brief(low), brief(high)) +
      (data.method === '' ? '' : ` ${data.method}.`) +
      omittedSentence(data.omittedOptions, trans),
    table: tableOf([trans.__('choice'), trans.__('option'), data.outcome, words], () =>
      choices.flatMap(({ label: name, options }) =>
        options.map((option) => [name, option.label, cell(option.value, brief), String(option.count)])
      )
    )
  };
}

interface IPlace {
  row: number;
  column: number;
  columns: number;
  low: number;
  high: number;
}

/** An option's name in its cell, where there is room. */
function label(
  option: { label: string; value: number | null },
  { row, column, columns, low, high }: IPlace,
  context: IChartContext
): Partial<Annotations>[] {
  const room = (Math.min(figureWidth(context), 900) - NAMES) / columns - 4;
  const text = fitting([`${option.label}: ${brief(option.value)}`, option.label, ''], room, FONT);
  const isHigh = option.value !== null && high > low && (option.value - low) / (high - low) > 0.7;
  const { theme } = context;
  return text === ''
    ? []
    : [
        {
          ...{ x: column, y: row, text: plainText(text), showarrow: false },
          font: { size: FONT, color: isHigh ? theme.background : theme.text }
        }
      ];
}
