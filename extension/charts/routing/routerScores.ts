/** @file What routers decide by, a histogram for each layer: their logits, and how far the first choice is ahead of the second. */
import type { LayerRouting, Numeric, RouterInternals, RoutingPayload } from '@switchyard/kernel-lib/protocol';
import type { Data, LayoutAxis } from 'plotly.js';
import { cell, tableOf } from '../../base/table';
import type { IChartContext, IFigure } from '../figure';
import { figureWidth, fitting, isNarrow } from '../fitting';
import { layerAxis, layerMark, rowsHeight } from '../layers';
import { barLength, barTitle, baseLayout, fixedMargin, shareColours, sharePositions } from '../load';
import { brief, layerLabels, percent, phrase, plainText } from '../text';
import { wordsInstead } from '../wordsInstead';

/** Around the plot: the layers' axis, and above it the bar of colours; pixels. */
const MARGIN = { l: 46, r: 10, t: 42, b: 40 };
const ROW = 20;
const MOST = 320;
/** Marks of the axis, as many as there is room for. */
const MARKS = [0, 1, 3, 10, 30];

/** One of the two distributions, in words and numbers. */
interface IDistribution {
  edges: readonly number[];
  /** Share of each bin; empty where a layer tells none. */
  shares: (internals: RouterInternals) => readonly number[];
  /** Mean of a layer, marked; absent where it says nothing. */
  mean?: (internals: RouterInternals) => Numeric;
  colours: string;
  /** Words for the axis, the longest first. */
  axis: string[];
  words: (layer: string, from: string, to: string, share: string) => string;
  summary: (known: readonly RouterInternals[]) => string;
}

/** Logits of all experts and tokens: rows are layers, columns bins; z is the share of logits, [L][B]. */
export function routerLogits(payload: RoutingPayload, context: IChartContext): IFigure | null {
  const { trans } = context;
  const { layers, scoreBins } = payload.data;
  return distribution(layers, context, {
    edges: scoreBins?.logits ?? [],
    shares: ({ logits }) => logits,
    colours: trans.__('share of logits'),
    axis: [trans.__('logit of an expert'), trans.__('logit')],
    words: (layer, from, to, share) => trans.__('layer %1, logits %2 to %3: %4', layer, from, to, share),
    summary: (known) =>
      trans.__(
        'Logits of the routers of %1 layers; their z-loss is between %2 and %3.',
        known.length,
        ...ends(known.map(({ zLoss }) => zLoss))
      )
  });
}

/** How far each token's greatest logit is above the second: rows are layers; z is the share of tokens, the mean is marked. */
export function routerMargins(payload: RoutingPayload, context: IChartContext): IFigure | null {
  const { trans } = context;
  const { layers, scoreBins } = payload.data;
  if (scoreBins === undefined) {
    // The picture of logits says so.
    return null;
  }
  return distribution(layers, context, {
    edges: scoreBins.margins,
    shares: ({ margins }) => margins,
    mean: ({ margin }) => margin,
    colours: trans.__('share of tokens'),
    axis: [
      trans.__('greatest logit over the second: 0 is undecided'),
      trans.__('margin, 0 is undecided'),
      trans.__('margin')
    ],
    words: (layer, from, to, share) => trans.__('layer %1, margins %2 to %3: %4 of tokens', layer, from, to, share),
    summary: (known) =>
      trans.__(
        'How far the first choice of %1 layers is ahead of the second: on average between %2 and %3.',
        known.length,
        ...ends(known.map(({ margin }) => margin))
      )
  });
}

function distribution(layers: readonly LayerRouting[], context: IChartContext, of: IDistribution): IFigure | null {
  const { theme, trans } = context;
  if (layers.length === 0) {
    return null;
  }
  const labels = layerLabels(layers);
  const known = layers.flatMap(({ internals }) => internals ?? []);
  if (known.length === 0) {
    return wordsInstead(trans.__('This snapshot does not tell what the routers decided by.'));
  }
  const rows = layers.map(({ internals }) => (internals ? of.shares(internals) : of.edges.slice(1).map(() => null)));
  const means = of.mean && layers.map(({ internals }) => (internals ? of.mean!(internals) : null));
  return {
    data: [heatmap(rows, labels, of, context), ...(means ? [meanMarks(means, labels, context)] : [])],
    layout: {
      ...baseLayout(theme, MARGIN.t + MARGIN.b + rowsHeight(layers.length, ROW, MOST)),
      margin: fixedMargin(MARGIN),
      shapes: layerMark(context, layers.length),
      xaxis: axis(of, context),
      yaxis: layerAxis(labels, trans.__('layer'))
    },
    summary: of.summary(known),
    table: tableOf(
      [
        ...[trans.__('layer'), trans.__('router'), trans.__('z-loss'), trans.__('mean margin')],
        ...of.edges.slice(1).map((to, i) => trans.__('%1 to %2', brief(of.edges[i]), brief(to)))
      ],
      () =>
        layers.map(({ router, internals }, i) => [
          ...[labels[i], router, cell(internals?.zLoss ?? null, brief), cell(internals?.margin ?? null, brief)],
          ...rows[i].map((share) => cell(share, percent))
        ])
    ),
    pick: ({ y }) => ({ layer: Number(y) })
  };
}

function heatmap(
  rows: readonly (readonly Numeric[])[],
  labels: readonly string[],
  { edges, colours, words }: IDistribution,
  context: IChartContext
): Data {
  const { theme, trans } = context;
  const spans = edges
    .slice(1)
    .map((to, bin): [string, string] => [
      bin === 0 && edges[0] < 0 ? trans.__('below %1', brief(to)) : brief(edges[bin]),
      bin === edges.length - 2 ? trans.__('and more') : brief(to)
    ]);
  return {
    type: 'heatmap',
    z: sharePositions(rows),
    x: edges.map(position),
    y: labels.map((_, i) => i),
    ...shareColours(theme, { title: barTitle([colours], context, MARGIN), length: barLength(context, MARGIN) }),
    ygap: 1,
    hoverongaps: false,
    hoverinfo: 'text',
    text: rows.map((row, i) =>
      row.map((share, bin) => {
        const said = phrase((blank) => plainText(words(labels[i], ...spans[bin], blank)));
        return said(percent(share));
      })
    )
  } as unknown as Data;
}

function meanMarks(means: readonly Numeric[], labels: readonly string[], { theme, trans }: IChartContext): Data {
  return {
    type: 'scatter',
    mode: 'markers',
    x: means.map((mean) => (mean === null ? null : position(mean))),
    y: means.map((_, i) => i),
    marker: { symbol: 'diamond', size: 8, color: theme.background, line: { color: theme.text, width: 1.5 } },
    hoverinfo: 'text',
    text: means.map((mean, i) => plainText(trans.__('layer %1: %2 on average', labels[i], brief(mean))))
  } as Data;
}

/** Place of a score on the axis: as it is near 0, its logarithm far from it. */
function position(score: number): number {
  return Math.asinh(score);
}

function axis({ edges, axis: words }: IDistribution, context: IChartContext): Partial<LayoutAxis> {
  const { theme } = context;
  const [low, high] = [edges[0], edges[edges.length - 1]];
  const marks = MARKS.filter((_, i) => !isNarrow(context) || i % 2 === 1 || i === 0)
    .flatMap((mark) => (mark === 0 ? [0] : [-mark, mark]))
    .filter((mark) => mark >= low * 1.2 && mark <= high * 1.2)
    .map((mark) => Math.min(high, Math.max(low, mark)));
  return {
    title: { text: fitting(words, figureWidth(context) - MARGIN.l - MARGIN.r), standoff: 4 },
    range: [position(low), position(high)],
    fixedrange: true,
    tickvals: marks.map(position),
    ticktext: marks.map((mark) => String(Math.round(mark))),
    gridcolor: theme.grid,
    zeroline: false
  };
}

/** Least and greatest of those known, in words. */
function ends(values: readonly Numeric[]): [string, string] {
  const known = values.filter((value): value is number => value !== null);
  return known.length === 0 ? ['–', '–'] : [brief(Math.min(...known)), brief(Math.max(...known))];
}
