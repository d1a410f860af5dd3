/** @file The whole graph as a picture to move about in: edges by curvature, what was added and removed laid over. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { GraphRewiringPayload, WholeGraph } from '@switchyard/kernel-lib/protocol';
import { EDGE_STATES } from '@switchyard/kernel-lib/protocol';
import type { ITable } from '../../base/table';
import { cell, tableOf } from '../../base/table';
import { seriesColour, signedColour } from '../amounts';
import type { IChartContext, IChoice } from '../figure';
import { brief } from '../text';
import { wholeOf } from './whole';

/** A graph and its colours. */
export interface IGraphScene {
  graph: WholeGraph;
  /** Edges in the order in which they are drawn: those that changed over those that were kept, [up to M]. */
  order: Uint32Array;
  /** Index into `edgePalette`, [M]. */
  edgePaint: Uint8Array;
  edgePalette: readonly string[];
  /** Index into `nodePalette`, [N]. */
  nodePaint: Uint8Array;
  nodePalette: readonly string[];
  /** Mean length of an edge, in units of the graph. */
  meanLength: number;
  /** Whether added edges are dashed and removed ones dotted: of a graph as it was they are not. */
  isDashed: boolean;
}

/** Meaning of the colours and lines. */
export interface IGraphKey {
  measure: string;
  /** The curvature at the ends of the scale, in words, and its colours from one to the other. */
  least: string;
  most: string;
  colours: readonly string[];
  /** Names of how edges are drawn. */
  lines: readonly { name: string; state: 'kept' | 'added' | 'removed' }[];
  /** Classes of nodes. */
  classes: readonly { name: string; colour: string }[];
}

export interface IGraphPicture {
  scene: IGraphScene;
  key: IGraphKey;
  /** A sentence that says what the picture shows. */
  summary: string;
  /** How much of the graph it is. */
  note: string;
  table: ITable;
  choices: IChoice[];
  describe: (node: number) => string;
}

const WHEN = 'graph-whole.when';
/** Colours from the least to the largest curvature; odd, so that 0 has the middle one. */
const STEPS = 65;
const UNKNOWN = STEPS;

/** Null where the whole graph is not known. */
export function graphScene(payload: GraphRewiringPayload, context: IChartContext): IGraphPicture | null {
  const graph = wholeOf(payload);
  if (graph === null) {
    return null;
  }
  const { theme, trans } = context;
  const { measure, classes } = payload.data;
  const isBefore = graph.before !== null && context.choices[WHEN] === 'before';
  const curvature = isBefore ? graph.before! : graph.curvature;
  const most = reach(graph);
  const colours = Array.from({ length: STEPS }, (_, i) => signedColour((2 * i) / (STEPS - 1) - 1, theme.colours));
  const classColours = classes.map((_, c) => seriesColour(c, theme.colours));
  const names = stateNames(trans);
  return {
    scene: {
      graph,
      order: order(graph, isBefore),
      edgePaint: Uint8Array.from(curvature, (value) => Number.isNaN(value) ? UNKNOWN : Math.round(((value / most + 1) * (STEPS - 1)) / 2)), // prettier-ignore
      edgePalette: [...colours, theme.mutedText],
      nodePaint: Uint8Array.from(graph.classes, (index) =>
        index >= 0 && index < classes.length ? index : classes.length
      ),
      nodePalette: [...classColours, theme.mutedText],
      meanLength: meanLength(graph),
      isDashed: !isBefore
    },
    key: {
      ...{ measure, least: brief(-most), most: brief(most), colours },
      lines:
        isBefore || !graph.states.some(Boolean)
          ? []
          : (['kept', 'added', 'removed'] as const).map((state) => ({ name: names[state], state })),
      classes: classes.map((name, c) => ({ name, colour: classColours[c] }))
    },
    summary: summary(graph, trans),
    note: howMuch(graph, trans),
    table: table(payload, graph, trans),
    choices: graph.before === null ? [] : [whenChoice(isBefore, trans)],
    describe: describer(graph, classes, trans)
  };
}

function reach({ curvature, before }: WholeGraph): number {
  const most = (column: Float32Array): number => column.reduce((top, value) => (Math.abs(value) > top ? Math.abs(value) : top), 1e-9); // prettier-ignore
  return Math.max(most(curvature), before === null ? 0 : most(before));
}

/** Kept edges, then removed, then added ones; of a graph as it was those that were there. */
function order({ states }: WholeGraph, isBefore: boolean): Uint32Array {
  const all = Uint32Array.from(states, (_, edge) => edge);
  return isBefore
    ? all.filter((edge) => EDGE_STATES[states[edge]] !== 'added')
    : all.sort((a, b) => states[a] - states[b] || a - b);
}

function meanLength({ x, y, from, to }: WholeGraph): number {
  let sum = 0;
  for (let edge = 0; edge < from.length; edge++) {
    sum += Math.hypot(x[from[edge]] - x[to[edge]], y[from[edge]] - y[to[edge]]);
  }
  return from.length === 0 ? 0 : sum / from.length;
}

function stateNames(trans: TranslationBundle): Record<(typeof EDGE_STATES)[number], string> {
  return { kept: trans.__('kept'), added: trans.__('added'), removed: trans.__('removed') };
}

function whenChoice(isBefore: boolean, trans: TranslationBundle): IChoice {
  return {
    name: WHEN,
    label: trans.__('Curvature'),
    options: [
      { value: 'after', text: trans.__('after') },
      { value: 'before', text: trans.__('before') }
    ],
    selected: isBefore ? 'before' : 'after'
  };
}

function howMuch({ of, states, x }: WholeGraph, trans: TranslationBundle): string {
  const [nodes, edges] = [x.length, states.length].map(grouped);
  return x.length === of.nodes && states.length === of.edges
    ? trans.__('All %1 nodes, %2 edges.', nodes, edges)
    : trans.__('%1 of %2 nodes, %3 of %4 edges: as many as a panel shows, what changed and the most curved first.', nodes, grouped(of.nodes), edges, grouped(of.edges)); // prettier-ignore
}

/** A count as people write it. */
export function grouped(count: number): string {
  return count.toLocaleString('en');
}

function summary(graph: WholeGraph, trans: TranslationBundle): string {
  const count = (state: number): string => grouped(graph.states.reduce((sum, each) => sum + Number(each === state), 0));
  return trans.__(
    '%1 nodes; %2 edges kept, %3 added, %4 removed.',
    grouped(graph.x.length),
    count(0),
    count(2),
    count(1)
  );
}

function describer(
  { labels, classes, from, to, states, x }: WholeGraph,
  names: readonly string[],
  trans: TranslationBundle
): (node: number) => string {
  const [before, after] = [new Uint32Array(x.length), new Uint32Array(x.length)];
  states.forEach((state, edge) => {
    [from[edge], to[edge]].forEach((node) => {
      before[node] += Number(EDGE_STATES[state] !== 'added');
      after[node] += Number(EDGE_STATES[state] !== 'removed');
    });
  });
  return (node) => {
    const label = labels?.[node] ?? String(node);
    const name = names[classes[node]] === undefined ? label : `${label} (${names[classes[node]]})`;
    return states.some(Boolean)
      ? trans.__('%1: %2 edges before, %3 after', name, before[node], after[node])
      : trans._n('%2: %1 edge', '%2: %1 edges', after[node], name);
  };
}

/** Edges, the most negative first: what is a bottleneck. */
function table(
  { data }: GraphRewiringPayload,
  { labels, from, to, states, curvature }: WholeGraph,
  trans: TranslationBundle
): ITable {
  const names = stateNames(trans);
  const name = (node: number): string => labels?.[node] ?? String(node);
  const known = (value: number): number | null => (Number.isNaN(value) ? null : value);
  return tableOf([trans.__('from'), trans.__('to'), trans.__('state'), data.measure], () => {
    const sorted = Uint32Array.from(states, (_, edge) => edge).sort((a, b) => (curvature[a] || 0) - (curvature[b] || 0) || a - b); // prettier-ignore
    return Array.from(sorted, (edge) => [name(from[edge]), name(to[edge]), names[EDGE_STATES[states[edge]]], cell(known(curvature[edge]), brief)]); // prettier-ignore
  });
}
