/** @file Candidates in the plane of two objectives: their front, their intervals, and the way that a search took. */
import type { ParetoAxis, ParetoPayload, ParetoPoint } from '@switchyard/kernel-lib/protocol';
import type { Annotations, Data, LayoutAxis } from 'plotly.js';
import { seriesColour, seriesSymbol } from '../amounts';
import { drawnWords, evenly } from '../drawnPart';
import type { IChartContext, IChoice, IFigure } from '../figure';
import { figureWidth, fitting } from '../fitting';
import { legendAbove, moreRows, omittedSentence } from '../legend';
import { baseLayout } from '../load';
import { brief, plainText } from '../text';

const HEIGHT = 360;
const LEFT = 54;
const RIGHT = 12;
const TOP = 30;
const BOTTOM = 44;
const DASHES = ['dot', 'dash', 'dashdot'] as const;
const CHOICE = 'pareto.search';
/** Points that are drawn at most. */
const MOST = 512;
/** The corner that an arrow points to, and how far from it the arrow starts, in pixels. */
const ARROW = 34;

/** One trace a series, the front as a step line over what it reaches, the search's way as a thin line if wanted. */
export function pareto(payload: ParetoPayload, context: IChartContext): IFigure | null {
  const { data } = payload;
  if (data.points.length === 0) {
    return null;
  }
  const { theme, trans, choices } = context;
  const searched = data.trajectory.length > 1;
  const shown = searched && choices[CHOICE] === 'shown';
  const drawn = drawnPoints(payload);
  return {
    data: [
      ...(shown ? [trajectory(payload, context)] : []),
      front(payload, context),
      ...lines(payload, context),
      ...data.series.map((_, s) => series(payload, s, drawn, context))
    ],
    layout: {
      ...baseLayout(
        theme,
        HEIGHT + moreRows([trans.__('front'), ...(data.lines ?? []).map(({ label }) => label), ...data.series], context)
      ),
      ...legendAbove(theme),
      margin: { l: LEFT, r: RIGHT, t: TOP, b: BOTTOM },
      hovermode: 'closest',
      xaxis: axis(data.x, figureWidth(context) - LEFT - RIGHT, context),
      yaxis: axis(data.y, HEIGHT - TOP - BOTTOM, context),
      annotations: [
        better(data.x, data.y, context),
        // The arrow has the best corner.
        ...drawnWords(drawn.length, data.points.length, context, true)
      ]
    },
    summary: summary(payload, drawn.length, context),
    table: table(payload, context),
    choices: searched ? [searchChoice(shown, context)] : []
  };
}

function searchChoice(shown: boolean, { trans }: IChartContext): IChoice {
  return {
    name: CHOICE,
    label: trans.__('Way of the search'),
    options: [
      { value: 'hidden', text: trans.__('hidden') },
      { value: 'shown', text: trans.__('shown') }
    ],
    selected: shown ? 'shown' : 'hidden'
  };
}

/** Indices of the points that are drawn, ascending: of the front up to half, and of the others an even sample. */
function drawnPoints({ data: { points, front } }: ParetoPayload): number[] {
  const all = points.map((_, i) => i);
  if (all.length <= MOST) {
    return all;
  }
  const kept = new Set(evenly(front, MOST / 2));
  const others = all.filter((i) => !kept.has(i));
  evenly(others, MOST - kept.size).forEach((i) => kept.add(i));
  return [...kept].sort((a, b) => a - b);
}

function series(
  { data }: ParetoPayload,
  index: number,
  drawn: readonly number[],
  { theme, trans }: IChartContext
): Data {
  const { points, trajectory } = data;
  const onFront = new Set(data.front);
  const own = drawn.map((i) => ({ point: points[i], i })).filter(({ point }) => point.series === index);
  const colour = seriesColour(index, theme.colours);
  const tried = new Map(trajectory.map((point, order) => [point, order + 1]));
  const words = ({ point, i }: { point: ParetoPoint; i: number }): string => {
    const order = tried.get(i);
    return [
      `${point.label} (${data.series[index]})`,
      `${named(data.x)} ${brief(point.x)}`,
      `${named(data.y)} ${brief(point.y)}${interval(point)}`,
      order === undefined ? '' : trans.__('tried as number %1', order),
      onFront.has(i) ? trans.__('on the front') : ''
    ]
      .filter(Boolean)
      .join(' · ');
  };
  return {
    type: 'scatter',
    mode: 'markers',
    name: plainText(data.series[index]),
    x: own.map(({ point }) => point.x),
    y: own.map(({ point }) => point.y),
    ...errorBars(
      own.map(({ point }) => point),
      colour
    ),
    marker: {
      color: colour,
      symbol: seriesSymbol(index),
      size: own.map(({ i }) => (onFront.has(i) ? 9 : 6)),
      opacity: own.map(({ i }) => (onFront.has(i) || !tried.has(i) ? 1 : 0.55)),
      line: { color: theme.background, width: 0.5 }
    },
    hoverinfo: 'text',
    text: own.map((each) => plainText(words(each)))
  } as unknown as Data;
}

/** Nothing where no point has an interval: a figure without them gets new numbers in place. */
function errorBars(points: readonly ParetoPoint[], color: string): object {
  if (!points.some(({ low, high }) => low !== null && high !== null)) {
    return {};
  }
  const error_y = {
    type: 'data',
    visible: true,
    symmetric: false,
    array: points.map(({ y, high }) => (high === null ? 0 : Math.max(0, high - y))),
    arrayminus: points.map(({ y, low }) => (low === null ? 0 : Math.max(0, y - low))),
    color,
    thickness: 1,
    width: 2
  };
  return { error_y };
}

/** Step lines beside the front, such as what half of several searches attain. */
function lines({ data }: ParetoPayload, { theme }: IChartContext): Data[] {
  return (data.lines ?? []).map(({ label, x, y }, i) => ({
    type: 'scatter',
    mode: 'lines',
    name: plainText(label),
    x,
    y,
    line: { color: theme.mutedText, width: 1.5, dash: DASHES[i % DASHES.length], shape: 'hv' },
    hoverinfo: 'name'
  }));
}

/** Between two corners the cheaper one is the best that is reached, so the line goes along first, then up or down. */
function front({ data }: ParetoPayload, { theme, trans }: IChartContext): Data {
  const points = data.front.map((i) => data.points[i]);
  return {
    type: 'scatter',
    mode: 'lines',
    name: trans.__('front'),
    x: points.map(({ x }) => x),
    y: points.map(({ y }) => y),
    line: { color: theme.text, width: 1.5, shape: data.x.better === 'lower' ? 'hv' : 'vh' },
    hoverinfo: 'skip'
  };
}

function trajectory({ data }: ParetoPayload, { theme, trans }: IChartContext): Data {
  const points = data.trajectory.map((i) => data.points[i]);
  return {
    type: 'scatter',
    mode: 'lines',
    name: trans.__('way of the search'),
    x: points.map(({ x }) => x),
    y: points.map(({ y }) => y),
    line: { color: theme.mutedText, width: 0.8, dash: 'dot' },
    hoverinfo: 'skip'
  };
}

function axis(of: ParetoAxis, pixels: number, { theme, trans }: IChartContext): Partial<LayoutAxis> {
  const direction = of.better === 'lower' ? trans.__('lower is better') : trans.__('higher is better');
  return {
    title: { text: plainText(fitting([`${named(of)}, ${direction}`, named(of)], pixels, 12)), standoff: 6 },
    gridcolor: theme.grid,
    zeroline: false,
    nticks: 7
  };
}

/** An arrow into the best corner. */
function better(x: ParetoAxis, y: ParetoAxis, { theme, trans }: IChartContext): Partial<Annotations> {
  const [right, up] = [x.better === 'higher', y.better === 'higher'];
  return {
    xref: 'paper',
    yref: 'paper',
    x: right ? 0.99 : 0.01,
    y: up ? 0.99 : 0.01,
    ax: right ? -ARROW : ARROW,
    ay: up ? ARROW : -ARROW,
    showarrow: true,
    arrowhead: 2,
    arrowwidth: 1.5,
    arrowcolor: theme.accent,
    text: trans.__('better'),
    font: { size: 11, color: theme.accent }
  };
}

function named({ name, unit }: ParetoAxis): string {
  return unit === '' ? name : `${name} (${unit})`;
}

function interval({ low, high }: ParetoPoint): string {
  return low === null || high === null ? '' : ` [${brief(low)}, ${brief(high)}]`;
}

function summary({ data }: ParetoPayload, drawn: number, { trans }: IChartContext): string {
  const { points, front, series, trajectory, omitted } = data;
  const ends = front.length === 0 ? [] : [points[front[0]], points[front[front.length - 1]]];
  const reach =
    ends.length === 0
      ? ''
      : ` ${trans.__(
          'The front has %1 points, from %2 (%3, %4) to %5 (%6, %7).',
          front.length,
          ...ends.flatMap(({ label, x, y }) => [label, brief(x), brief(y)])
        )}`;
  const tried = trajectory.length > 0 ? ` ${trans.__('A search tried %1 of them.', trajectory.length)}` : '';
  return (
    trans.__('%1 points in %2 series, %3 against %4.', points.length, series.length, named(data.y), named(data.x)) +
    reach +
    tried +
    (drawn < points.length
      ? ` ${trans.__('%1 of %2 are drawn: the front, and of the others an even sample.', drawn, points.length)}`
      : '') +
    omittedSentence(omitted, trans)
  );
}

function table({ data }: ParetoPayload, { trans }: IChartContext): IFigure['table'] {
  const onFront = new Set(data.front);
  return {
    columns: [
      trans.__('point'),
      trans.__('series'),
      named(data.x),
      named(data.y),
      trans.__('interval'),
      trans.__('on the front')
    ],
    rows: data.points.map((point, i) => [
      ...[point.label, data.series[point.series], brief(point.x), brief(point.y)],
      ...[interval(point).trim() || '–', onFront.has(i) ? trans.__('yes') : trans.__('no')]
    ]),
    saved: {
      columns: [
        ...[trans.__('point'), trans.__('series'), named(data.x), named(data.y)],
        ...[trans.__('interval from'), trans.__('interval to'), trans.__('on the front')]
      ],
      rows: data.points.map(({ label, series, x, y, low, high }, i) => [
        ...[label, data.series[series], x, y, low, high],
        onFront.has(i) ? trans.__('yes') : trans.__('no')
      ])
    }
  };
}
