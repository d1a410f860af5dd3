/** @file What pruning saves: each cost after as a part of what it was before. */
import type { Cost, MasksPayload } from '@switchyard/kernel-lib/protocol';
import type { Data } from 'plotly.js';
import { seriesColour } from '../amounts';
import type { IChartContext, IFigure } from '../figure';
import { figureWidth, isNarrow, textWidth } from '../fitting';
import { layerAxis, rowsHeight } from '../layers';
import { baseLayout } from '../load';
import { brief, percent, plainText } from '../text';
import { cell, tableOf } from '../../base/table';

/** Pixels beside the plot, and of the longest bar at least. */
const LEFT = 46;
const RIGHT = 14;
const LEAST_BAR = 24;

interface ICost {
  name: string;
  before: number | null;
  after: number | null;
  /** A measure of quality: more is not worse. */
  quality: boolean;
}

/** A bar for each cost that is known, with both numbers beside it. */
export function masksCost(payload: MasksPayload, context: IChartContext): IFigure | null {
  const { theme, trans } = context;
  const costs = costsOf(payload, context);
  if (costs.length === 0) {
    return null;
  }
  const most = Math.max(1, ...costs.map((cost) => ratioOf(cost) ?? 0));
  return {
    data: [bars(costs, context)],
    layout: {
      ...baseLayout(theme, 46 + rowsHeight(costs.length, 24, 200)),
      margin: { l: LEFT, r: RIGHT, t: 6, b: 32 },
      bargap: 0.25,
      // Numbers stand to the right of the bars.
      xaxis: { range: [0, most * room(costs, context)], tickvals: isNarrow(context) ? [0, 1] : [0, 0.5, 1], tickformat: '.0%', fixedrange: true, zeroline: false, gridcolor: theme.grid }, // prettier-ignore
      yaxis: layerAxis(
        costs.map(({ name }) => name),
        ''
      )
    },
    summary: costs
      .map((cost) =>
        trans.__('%1 from %2 to %3 (%4).', cost.name, amount(cost.before), amount(cost.after), percent(ratioOf(cost)))
      )
      .join(' '),
    table: tableOf([trans.__('cost'), trans.__('before'), trans.__('after'), trans.__('after over before')], () =>
      costs.map((cost) => [
        ...[cost.name, cell(cost.before, exact), cell(cost.after, exact), cell(ratioOf(cost), percent)]
      ])
    )
  };
}

/** From the left end over the longest bar: the numbers to the right of the bars have their room. */
function room(costs: readonly ICost[], context: IChartContext): number {
  const longest = (texts: string[]): number => Math.max(...texts.map((text) => textWidth(text)));
  const plot = figureWidth(context) - LEFT - RIGHT - longest(costs.map(({ name }) => name));
  const bar = Math.max(LEAST_BAR, plot - longest(costs.map(change)));
  return Math.max(1.55, plot / bar);
}

/** Cost before and after. */
function change({ before, after }: ICost): string {
  return `${amount(before)} → ${amount(after)}`;
}

function costsOf({ data }: MasksPayload, { trans }: IChartContext): ICost[] {
  const { before, after, metric } = data;
  const names: [keyof Cost, string][] = [
    ['parameters', trans.__('parameters')],
    ['flops', trans.__('operations')],
    ['milliseconds', trans.__('milliseconds')],
    ['bytes', trans.__('bytes')]
  ];
  const costs = names.map(([key, name]) => ({ name, before: before[key], after: after[key], quality: false }));
  const quality = metric === null ? [] : [{ ...metric, quality: true }];
  return [...costs, ...quality].filter((cost) => cost.before !== null || cost.after !== null);
}

function ratioOf({ before, after }: ICost): number | null {
  return before === null || after === null || before <= 0 ? null : after / before;
}

function bars(costs: readonly ICost[], { theme, trans }: IChartContext): Data {
  const words = costs.map(change);
  return {
    type: 'bar',
    orientation: 'h',
    x: costs.map((cost) => ratioOf(cost) ?? 0),
    y: costs.map((_, i) => i),
    marker: { color: costs.map(({ quality }) => seriesColour(quality ? 1 : 2, theme.colours)) },
    text: words,
    textposition: 'outside',
    textfont: { size: 11, color: theme.text },
    cliponaxis: false,
    hoverinfo: 'text',
    hovertext: costs.map((cost, i) => plainText(trans.__('%1: %2 (%3)', cost.name, words[i], percent(ratioOf(cost)))))
  } as unknown as Data;
}

/** A number short enough to stand beside its bar: 1.23 M. */
function amount(value: number | null): string {
  const units: [number, string][] = [
    [1e12, ' T'],
    [1e9, ' G'],
    [1e6, ' M'],
    [1e3, ' k']
  ];
  const unit = units.find(([size]) => value !== null && Math.abs(value) >= size);
  return unit === undefined || value === null ? brief(value) : `${brief(value / unit[0])}${unit[1]}`;
}

/** A count as it is, another number with the digits that count. */
function exact(value: number | null): string {
  return value !== null && Number.isInteger(value) ? String(value) : brief(value);
}
