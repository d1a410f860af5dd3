/** @file A graph whose edges were added and removed, coloured by the curvature that said where. */
import type { GraphEdge, GraphNode, GraphRewiringPayload } from '@switchyard/kernel-lib/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Data } from 'plotly.js';
import { repeatedSymbol, seriesColour, signedColour, signedScale } from '../amounts';
import type { IChartContext, IFigure } from '../figure';
import { fitting } from '../fitting';
import { legendAbove, moreRows, omittedSentence } from '../legend';
import { baseLayout } from '../load';
import { grouped } from './graphScene';
import { wholeOf } from './whole';
import { brief, plainText } from '../text';
import { cell, tableOf } from '../../base/table';

/** Width that a picture has about, and the heights it may have; in pixels. */
const WIDTH = 320;
const LEAST = 160;
const MOST = 420;
const AROUND = 60;
/** Nodes from which on they are drawn smaller, so that edges are seen. */
export const MANY = 128;
/** A line has one colour: edges are drawn in so many steps of curvature. */
const STEPS = 9;
const DASHES = { kept: 'solid', added: 'dash', removed: 'dot' } as const;
const STATES: readonly GraphEdge['state'][] = ['kept', 'added', 'removed'];

/** Edges solid where kept, dashed where added, dotted where removed; nodes coloured by class. */
export function graphRewiring(payload: GraphRewiringPayload, context: IChartContext): IFigure | null {
  const { nodes, classes } = payload.data;
  if (nodes.length === 0 || wholeOf(payload) !== null) {
    return null;
  }
  const { theme, trans } = context;
  const bare = { visible: false, fixedrange: false };
  return {
    data: [
      ...lines(payload, context),
      ...legendLines(context),
      middles(payload, context),
      ...(classes.length > 0 ? classes.map((_, c) => c) : [-1]).map((c) => nodesOf(payload, c, context)),
      ...(classes.length > 0 && nodes.some((node) => node.class < 0) ? [nodesOf(payload, -1, context)] : [])
    ],
    layout: {
      ...baseLayout(theme, graphHeight(nodes) + moreRows([...Object.values(stateNames(trans)), ...classes], context)),
      ...legendAbove(theme),
      margin: { l: 8, r: 8, t: 30, b: 8 },
      hovermode: 'closest',
      xaxis: bare,
      yaxis: { ...bare, scaleanchor: 'x' }
    },
    summary: summary(payload, context),
    ...partNote(payload, context),
    table: table(payload, context)
  };
}

/** Of how much the picture is a part, and where the rest is; nothing of a whole graph. */
function partNote({ data }: GraphRewiringPayload, { trans, awaits = false }: IChartContext): Pick<IFigure, 'note'> {
  const { nodes, edges, of } = data;
  if (of === undefined) {
    return {};
  }
  const part = trans.__('%1 of %2 nodes, %3 of %4 edges.', ...[nodes.length, of.nodes, edges.length, of.edges].map(grouped)); // prettier-ignore
  const rest = awaits
    ? trans.__('The kernel is asked for the whole graph.')
    : trans.__('No kernel that has the whole graph answers: run the cell again to see all of it.');
  return { note: `${part} ${rest}` };
}

/** As high as the nodes need where both axes have one scale. */
export function graphHeight(nodes: readonly GraphNode[]): number {
  const span = (values: number[]): number => Math.max(...values) - Math.min(...values);
  const [wide, high] = [span(nodes.map(({ x }) => x)), span(nodes.map(({ y }) => y))];
  return AROUND + Math.min(MOST, Math.max(LEAST, wide > 0 ? (WIDTH * high) / wide : MOST));
}

/** Places of edges as the lines of one trace. */
export function segments(
  edges: readonly GraphEdge[],
  nodes: readonly GraphNode[]
): Record<'x' | 'y', (number | null)[]> {
  return {
    x: edges.flatMap(({ from, to }) => [nodes[from].x, nodes[to].x, null]),
    y: edges.flatMap(({ from, to }) => [nodes[from].y, nodes[to].y, null])
  };
}

/** Scale of colours beside a graph. */
export function barBeside(title: string): object {
  return {
    ...{ thickness: 10, len: 0.8, outlinewidth: 0, xpad: 6, tickfont: { size: 10 } },
    title: { text: plainText(title), side: 'right', font: { size: 11 } }
  };
}

/** The curvature farthest from 0: the ends of the scale. */
function reach(edges: readonly GraphEdge[]): number {
  return Math.max(1e-9, ...edges.map(({ curvature }) => Math.abs(curvature ?? 0)));
}

/** One trace for each state and step of curvature. */
function lines({ data }: GraphRewiringPayload, { theme }: IChartContext): Data[] {
  const { nodes, edges } = data;
  const most = reach(edges);
  const step = ({ curvature }: GraphEdge): number | null =>
    curvature === null ? null : Math.round((curvature / most) * ((STEPS - 1) / 2));
  const groups = new Map<string, GraphEdge[]>();
  for (const edge of edges) {
    const key = `${edge.state} ${step(edge)}`;
    groups.set(key, [...(groups.get(key) ?? []), edge]);
  }
  return [...groups.values()].map((own) => {
    const at = step(own[0]);
    const color = at === null ? theme.mutedText : signedColour(at / ((STEPS - 1) / 2), theme.colours);
    return {
      type: 'scatter',
      mode: 'lines',
      ...segments(own, nodes),
      line: { color, width: own[0].state === 'kept' ? 2 : 2.5, dash: DASHES[own[0].state] },
      opacity: own[0].state === 'removed' ? 0.7 : 1,
      showlegend: false,
      hoverinfo: 'skip'
    } as Data;
  });
}

function stateNames(trans: TranslationBundle): Record<GraphEdge['state'], string> {
  return { kept: trans.__('kept'), added: trans.__('added'), removed: trans.__('removed') };
}

/** How each state is drawn. */
function legendLines({ theme, trans }: IChartContext): Data[] {
  const names = stateNames(trans);
  return STATES.map((state) => ({
    type: 'scatter',
    mode: 'lines',
    name: names[state],
    x: [null],
    y: [null],
    line: { color: theme.mutedText, width: 2, dash: DASHES[state] },
    hoverinfo: 'skip'
  }));
}

/** Points in the middle of the edges: what the pointer finds, and the scale of colours. */
function middles({ data }: GraphRewiringPayload, { theme, trans }: IChartContext): Data {
  const { nodes, edges, measure } = data;
  const most = reach(edges);
  const names = stateNames(trans);
  const words = ({ from, to, curvature, state }: GraphEdge): string =>
    trans.__('%1 – %2, %3: %4 %5', nodes[from].label, nodes[to].label, names[state], measure, brief(curvature));
  return {
    type: 'scatter',
    mode: 'markers',
    x: edges.map(({ from, to }) => (nodes[from].x + nodes[to].x) / 2),
    y: edges.map(({ from, to }) => (nodes[from].y + nodes[to].y) / 2),
    showlegend: false,
    marker: {
      size: 5,
      color: edges.map(({ curvature }) => curvature ?? 0),
      cmin: -most,
      cmax: most,
      colorscale: signedScale(theme.colours),
      colorbar: barBeside(
        fitting(
          [measure, ...(measure.endsWith('curvature') ? [trans.__('curvature')] : [])],
          graphHeight(nodes) - AROUND
        )
      )
    },
    hoverinfo: 'text',
    text: edges.map((edge) => plainText(words(edge)))
  } as unknown as Data;
}

function nodesOf({ data }: GraphRewiringPayload, index: number, { theme, trans }: IChartContext): Data {
  const { nodes, edges, classes } = data;
  const own = nodes.map((node, i) => ({ node, i })).filter(({ node }) => classes.length === 0 || node.class === index);
  const degree = (i: number, gone: GraphEdge['state']): number =>
    edges.filter(({ from, to, state }) => state !== gone && (from === i || to === i)).length;
  const words = ({ node, i }: (typeof own)[number]): string => {
    const name = classes[node.class] === undefined ? node.label : `${node.label} (${classes[node.class]})`;
    return trans.__('%1: %2 edges before, %3 after', name, degree(i, 'added'), degree(i, 'removed'));
  };
  const color = index < 0 ? theme.mutedText : seriesColour(index, theme.colours);
  const symbol = repeatedSymbol(Math.max(0, index), theme.colours);
  return {
    type: 'scatter',
    mode: 'markers',
    name: plainText(classes[index] ?? trans.__('no class')),
    showlegend: classes.length > 0,
    x: own.map(({ node }) => node.x),
    y: own.map(({ node }) => node.y),
    marker: { size: nodes.length > MANY ? 5 : 9, color, symbol, line: { color: theme.background, width: 1.5 } },
    hoverinfo: 'text',
    text: own.map((each) => plainText(words(each)))
  } as Data;
}

function summary({ data }: GraphRewiringPayload, { trans }: IChartContext): string {
  const { nodes, edges, measure, omitted, of } = data;
  const count = (state: GraphEdge['state']): number => edges.filter((edge) => edge.state === state).length;
  const known = edges.filter(({ curvature }) => curvature !== null);
  const least = known.reduce<GraphEdge | null>(
    (best, edge) => (best === null || Number(edge.curvature) < Number(best.curvature) ? edge : best),
    null
  );
  const narrow =
    least === null
      ? ''
      : ` ${trans.__(
          'The least %1 is %2, between %3 and %4.',
          measure,
          brief(least.curvature),
          nodes[least.from].label,
          nodes[least.to].label
        )}`;
  return (
    trans.__(
      '%1 nodes; %2 edges kept, %3 added, %4 removed.',
      of === undefined ? nodes.length : trans.__('%1 of %2', grouped(nodes.length), grouped(of.nodes)),
      count('kept'),
      count('added'),
      count('removed')
    ) +
    narrow +
    omittedSentence(omitted, trans)
  );
}

function table({ data }: GraphRewiringPayload, { trans }: IChartContext): IFigure['table'] {
  const names = stateNames(trans);
  return tableOf([trans.__('from'), trans.__('to'), trans.__('state'), data.measure], () =>
    data.edges.map(({ from, to, state, curvature }) => [
      ...[data.nodes[from].label, data.nodes[to].label, names[state], cell(curvature, brief)]
    ])
  );
}
