/** @file Experts chosen together as a graph: experts on a circle in order of their numbers, so that it stays in place. */
import type { LayerRouting, Numeric, RoutingPayload } from '@switchyard/kernel-lib/protocol';
import type { Data } from 'plotly.js';
import { whyNone } from './coActivation';
import { expertColour } from '../../base/colours';
import type { IChartContext, IFigure } from '../figure';
import { lifts } from './lifts';
import { baseLayout } from '../load';
import { expertNames, layerLabels, percent, plainText } from '../text';
import { wordsInstead } from '../wordsInstead';
import { tableOf } from '../../base/table';

/** Edges drawn for each expert, on average. */
const EDGES = 2;
/** Widths of edges, from a little more than the loads explain to the most; pixels. */
const WIDTHS = [1, 2, 3.5, 5.5];
/** More experts than this have no number in their circles. */
const NUMBERED = 40;
const HEIGHT = 320;

interface IEdge {
  i: number;
  j: number;
  lift: number;
}

/** An edge joins two experts that are chosen together more often than their loads explain. */
export function coActivationGraph(payload: RoutingPayload, context: IChartContext): IFigure | null {
  const layer = payload.data.layers.at(context.layer);
  if (!layer) {
    return null;
  }
  const { theme, trans } = context;
  const byLift = lifts(layer);
  if (byLift === null) {
    return wordsInstead(whyNone(layer, trans));
  }
  const names = expertNames(layer, trans);
  const all = edgesOf(byLift);
  const shown = strongest(all, names.length, context.expert);
  const lines = edgeTraces(shown, names.length, context);
  const axis = { visible: false, fixedrange: true, range: [-1.16, 1.16] };
  return {
    layer: layerLabels(payload.data.layers)[context.layer],
    data: [...lines, nodes(layer, byLift, names, context)],
    layout: {
      ...baseLayout(theme, HEIGHT),
      margin: { l: 0, r: 0, t: 0, b: 0 },
      hovermode: 'closest',
      xaxis: { ...axis, constrain: 'domain' },
      yaxis: { ...axis, scaleanchor: 'x', constrain: 'domain' }
    },
    summary: trans.__(
      '%1 experts of layer %2 on a circle. Lines join those chosen together more often than their loads explain, the wider the more: %3 of %4 such pairs are drawn, the strongest.',
      names.length,
      layerLabels(payload.data.layers)[context.layer],
      shown.length,
      all.length
    ),
    table: tableOf([trans.__('expert'), trans.__('with'), trans.__('times what their loads explain')], () =>
      shown.map(({ i, j, lift }) => [names[i], names[j], { text: lift.toFixed(2), value: lift }])
    ),
    pick: ({ trace, index }) =>
      trace === lines.length ? { expert: index === context.expert ? null : (index as number) } : {}
  };
}

/** Pairs above what the loads explain, the strongest first. */
function edgesOf(byLift: readonly (readonly Numeric[])[]): IEdge[] {
  return byLift
    .flatMap((row, i) => row.map((lift, j) => ({ i, j, lift: lift ?? 0 })))
    .filter(({ i, j, lift }) => i < j && lift > 1)
    .sort((a, b) => b.lift - a.lift || a.i - b.i || a.j - b.j);
}

/** The strongest, and all of the chosen expert. */
function strongest(edges: readonly IEdge[], numExperts: number, expert: number | null): IEdge[] {
  return edges.filter(({ i, j }, at) => at < EDGES * numExperts || i === expert || j === expert);
}

/** One trace for each width, and the same again for the edges of the chosen expert, over the others. */
function edgeTraces(edges: readonly IEdge[], numExperts: number, { theme, expert }: IChartContext): Data[] {
  const most = Math.max(1, ...edges.map(({ lift }) => lift));
  const width = ({ lift }: IEdge): number =>
    WIDTHS[Math.min(WIDTHS.length - 1, Math.floor(((lift - 1) / (most - 1)) * WIDTHS.length))];
  const own = ({ i, j }: IEdge): boolean => i === expert || j === expert;
  return [false, true].flatMap((chosen) =>
    WIDTHS.map((pixels) => {
      const drawn = edges.filter((edge) => own(edge) === chosen && width(edge) === pixels);
      const ends = drawn.map(({ i, j }) => [place(i, numExperts), place(j, numExperts)]);
      return {
        type: 'scatter',
        mode: 'lines',
        x: ends.flatMap(([a, b]) => [a.x, b.x, null]),
        y: ends.flatMap(([a, b]) => [a.y, b.y, null]),
        line: { width: pixels, color: chosen ? theme.accent : theme.mutedText },
        opacity: chosen ? 1 : expert === null ? 0.55 : 0.25,
        hoverinfo: 'skip'
      } as Data;
    })
  );
}

function nodes(
  layer: LayerRouting,
  byLift: Numeric[][],
  names: string[],
  { theme, trans, expert }: IChartContext
): Data {
  const places = names.map((_, e) => place(e, names.length));
  const room = Math.min(26, 760 / names.length);
  const most = Math.max(...layer.load) || 1;
  const partners = (e: number): string =>
    byLift[e]
      .map((lift, j) => ({ j, lift: lift ?? 0 }))
      .filter(({ lift }) => lift > 1)
      .sort((a, b) => b.lift - a.lift)
      .slice(0, 3)
      .map(({ j, lift }) => trans.__('%1 (%2×)', names[j], lift.toFixed(2)))
      .join(', ');
  return {
    type: 'scatter',
    mode: names.length > NUMBERED ? 'markers' : 'markers+text',
    x: places.map(({ x }) => x),
    y: places.map(({ y }) => y),
    text: names.map((_, e) => String(e)),
    textfont: { size: 10, color: names.map((_, e) => expertColour(e, theme.colours).text) },
    marker: {
      // The area is the load.
      size: layer.load.map((load) => Math.max(Math.min(14, room), room * 1.2 * Math.sqrt(load / most))),
      opacity: 1,
      color: names.map((_, e) => expertColour(e, theme.colours).background),
      line: {
        color: names.map((_, e) => (e === expert ? theme.text : theme.background)),
        width: names.map((_, e) => (e === expert ? 3 : 1))
      }
    },
    hoverinfo: 'text',
    hovertext: names.map((name, e) =>
      plainText(trans.__('%1: %2 of assignments; most with %3', name, percent(layer.load[e]), partners(e) || '–'))
    )
  } as unknown as Data;
}

/** Where an expert stands: clockwise from the top. */
function place(expert: number, numExperts: number): { x: number; y: number } {
  const angle = (2 * Math.PI * expert) / numExperts;
  return { x: Math.sin(angle), y: Math.cos(angle) };
}
