/** @file What each expert of a layer took and what it had no room for, against its capacity, with the experts that all tokens share. */
import type { LayerRouting, RoutingPayload } from '@switchyard/kernel-lib/protocol';
import type { Data, Layout } from 'plotly.js';
import { cell, tableOf } from '../../base/table';
import { seriesColour } from '../amounts';
import type { IChartContext, IFigure } from '../figure';
import { legendAbove, moreRows } from '../legend';
import { baseLayout, expertAxis, fixedMargin, timesFair } from '../load';
import { brief, expertNames, layerLabels, percent, plainText } from '../text';

const MARGIN = { l: 46, r: 8, t: 26, b: 40 };
const HEIGHT = 130;

/** Bars in units of the fair share. Null for a layer whose experts take all that comes, and that has no shared ones. */
export function expertCapacity(payload: RoutingPayload, context: IChartContext): IFigure | null {
  const layer = payload.data.layers.at(context.layer);
  if (!layer || (layer.overflow === undefined && layer.capacity === undefined && layer.sharedExperts === undefined)) {
    return null;
  }
  const { theme, trans, expert } = context;
  const { numExperts, load, capacity, overflow = [], sharedExperts = 0 } = layer;
  const label = layerLabels(payload.data.layers)[context.layer];
  const names = expertNames(layer, trans);
  const data = bars(layer, names, context);
  const top =
    MARGIN.t +
    moreRows(
      data.map((trace) => (trace as { name: string }).name),
      context
    );
  return {
    data,
    layer: label,
    layout: {
      ...baseLayout(theme, top + HEIGHT + MARGIN.b),
      ...legendAbove(theme),
      margin: fixedMargin({ ...MARGIN, t: top }),
      barmode: 'stack',
      bargap: 0.2,
      xaxis: axis(layer, context),
      yaxis: {
        title: { text: trans.__('times fair'), standoff: 4 },
        rangemode: 'tozero',
        fixedrange: true,
        nticks: 5,
        gridcolor: theme.grid,
        zeroline: false
      },
      shapes: capacity === undefined ? [] : [capacityLine(capacity, numExperts, context)],
      annotations: capacity === undefined ? [] : [capacityWords(capacity, context)]
    },
    summary: summary(layer, label, names, context),
    table: tableOf(
      [trans.__('expert'), trans.__('load'), trans.__('no room for'), trans.__('times the fair share')],
      () => [
        ...names.map((name, e) => [
          ...[name, cell(load[e], percent), cell(overflow[e] ?? null, percent)],
          cell(timesFair(load[e], numExperts), brief)
        ]),
        ...sharedNames(sharedExperts, context).map((name) => [
          ...[name, cell(null, percent), cell(0, percent)],
          cell(numExperts / layer.k, brief)
        ])
      ]
    ),
    pick: ({ x }) => (Number(x) < numExperts ? { expert: Number(x) === expert ? null : Number(x) } : {})
  };
}

function bars(layer: LayerRouting, names: readonly string[], context: IChartContext): Data[] {
  const { theme, trans, expert } = context;
  const { numExperts, k, load, overflow, sharedExperts = 0 } = layer;
  const lost = load.map((share, e) => timesFair(share, numExperts) * (overflow?.[e] ?? 0));
  const taken = load.map((share, e) => timesFair(share, numExperts) - lost[e]);
  const bar = (name: string, x: number[], y: number[], series: number, words: (i: number) => string): Data =>
    ({
      type: 'bar',
      name: plainText(name),
      x,
      y,
      marker: {
        color: seriesColour(series, theme.colours),
        line: { color: theme.text, width: x.map((at) => (at === expert ? 2 : 0)) }
      },
      hoverinfo: 'text',
      hovertext: x.map((_, i) => plainText(words(i))),
      textposition: 'none'
    }) as unknown as Data;
  const all = names.map((_, e) => e);
  const shared = sharedNames(sharedExperts, context);
  return [
    bar(trans.__('taken'), all, taken, 0, (e) => trans.__('%1 took %2 × its fair share', names[e], brief(taken[e]))),
    ...(overflow === undefined
      ? []
      : [
          bar(trans.__('no room'), all, lost, 1, (e) =>
            trans.__('%1 had no room for %2 of what it was sent', names[e], percent(overflow[e]))
          )
        ]),
    ...(shared.length === 0
      ? []
      : [
          bar(
            trans.__('shared: all tokens'),
            shared.map((_, i) => numExperts + 0.5 + i),
            shared.map(() => numExperts / k),
            2,
            (i) => trans.__('%1 works on every token', shared[i])
          )
        ])
  ];
}

function sharedNames(count: number, { trans }: IChartContext): string[] {
  return Array.from({ length: count }, (_, i) => (count === 1 ? trans.__('shared') : trans.__('shared %1', i)));
}

/** The axis of experts with the shared ones behind, a little apart. */
function axis({ numExperts, sharedExperts = 0 }: LayerRouting, { trans }: IChartContext): Layout['xaxis'] {
  const plain = expertAxis(trans, numExperts);
  const step = plain.dtick as number;
  const ticks = Array.from({ length: Math.ceil(numExperts / step) }, (_, i) => i * step);
  const middle = numExperts + sharedExperts / 2;
  return {
    ...plain,
    range: [-0.6, numExperts - 0.4 + (sharedExperts > 0 ? sharedExperts + 0.5 : 0)],
    tickvals: sharedExperts > 0 ? [...ticks, middle] : ticks,
    ticktext: sharedExperts > 0 ? [...ticks.map(String), trans.__('shared')] : ticks.map(String),
    automargin: true
  } as Layout['xaxis'];
}

function capacityLine(
  capacity: number,
  numExperts: number,
  { theme }: IChartContext
): NonNullable<Layout['shapes']>[number] {
  const line = { color: theme.text, width: 1.5, dash: 'dash' as const };
  return { type: 'line', x0: -0.6, x1: numExperts - 0.4, y0: capacity, y1: capacity, line };
}

function capacityWords(capacity: number, { theme, trans }: IChartContext): NonNullable<Layout['annotations']>[number] {
  return {
    text: plainText(trans.__('capacity %1×', brief(capacity))),
    ...{ x: 0, xref: 'paper', xanchor: 'left', y: capacity, yanchor: 'bottom', showarrow: false },
    font: { size: 10, color: theme.text },
    // It may stand over a bar.
    bgcolor: theme.background
  };
}

function summary(
  { capacity, overflow, load, dropped, sharedExperts = 0, numExperts }: LayerRouting,
  label: string,
  names: readonly string[],
  { trans }: IChartContext
): string {
  const full = (overflow ?? []).map((share, e) => (share ?? 0) * load[e]);
  const worst = full.indexOf(Math.max(...full));
  return [
    trans.__('Layer %1 sends tokens to %2 experts.', label, numExperts),
    capacity === undefined ? '' : trans.__('Each takes at most %1 times its fair share.', brief(capacity)),
    full.some((lost) => lost > 0)
      ? trans.__('%1 of assignments found no room, most of them at %2.', percent(dropped), names[worst])
      : '',
    sharedExperts === 0
      ? ''
      : trans._n('%1 shared expert works on every token.', '%1 shared experts work on every token.', sharedExperts)
  ]
    .filter(Boolean)
    .join(' ');
}
