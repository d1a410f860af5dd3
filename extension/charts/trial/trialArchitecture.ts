/** @file The network of one trial as a graph in layers, from the input down. */
import type { Architecture, ArchitectureNode, TrialPayload } from '@switchyard/kernel-lib/protocol';
import type { Annotations, Data } from 'plotly.js';
import { tableOf } from '../../base/table';
import type { IChartContext, IFigure } from '../figure';
import { figureWidth, fitting } from '../fitting';
import { omittedSentence } from '../legend';
import { baseLayout } from '../load';
import { brief, plainText } from '../text';
import { chosenTrial, trialChoice } from './chosenTrial';

/** Pixels of a layer, and of all of them at most. */
const LAYER = 46;
const MOST = 640;
/** Below this a node's settings go beside its name, not under it; pixels. */
const TWO_LINES = 34;
/** Room that a node leaves to the next; pixels. */
const GAP = 14;
const FONT = 10;

/** Null where no trial that is here tells of its network. */
export function trialArchitecture({ data }: TrialPayload, context: IChartContext): IFigure | null {
  const { architectures = [], trials } = data;
  const drawn = trials.filter(({ architecture }) => architecture !== undefined);
  const chosen = chosenTrial(data, context, drawn);
  if (chosen === null) {
    return null;
  }
  const { theme, trans } = context;
  const graph = architectures[chosen.architecture!];
  const layers = Math.max(...graph.nodes.map(({ layer }) => layer)) + 1;
  const row = Math.min(LAYER, MOST / layers);
  const bare = { visible: false, fixedrange: true };
  const reach = Math.max(0.5, ...graph.nodes.map(({ place }) => Math.abs(place) + 0.5), ...crossings(graph));
  const names = trials.filter((each) => each.architecture === chosen.architecture).map(({ number }) => String(number));
  return {
    data: [edges(graph, context), nodes(graph, context)],
    layout: {
      ...baseLayout(theme, layers * row + 16),
      margin: { l: 8, r: 8, t: 8, b: 8 },
      hovermode: 'closest',
      xaxis: { ...bare, range: [-reach, reach] },
      yaxis: { ...bare, range: [-layers + 0.5, 0.5] },
      annotations: graph.nodes.map((node) => box(node, { row, reach }, context))
    },
    summary:
      trans.__(
        'Trial %1 with %2 %3: %4 nodes in %5 layers, %6 edges, from the input above to the output below.',
        ...[chosen.number, data.objectives[0].name, brief(chosen.values[0])],
        ...[graph.nodes.length, layers, graph.edges.length]
      ) +
      (names.length > 1 ? ` ${trans.__('So have the trials %1.', names.slice(0, 12).join(', '))}` : '') +
      omittedSentence(graph.omitted, trans) +
      (data.omittedArchitectures
        ? ` ${trans._n('The network of %1 other trial did not fit.', 'The networks of %1 other trials did not fit.', data.omittedArchitectures)}`
        : ''),
    table: table(graph, context),
    choices: [trialChoice(data, context, drawn)]
  };
}

/** How far from the middle edges run. */
function crossings({ edges }: Architecture): number[] {
  return edges.flatMap(({ via }) => via.map((place) => Math.abs(place) + 0.25));
}

/** Lines through the places where edges cross layers. */
function edges({ nodes, edges: all }: Architecture, { theme }: IChartContext): Data {
  const points = all.map(({ from, to, via }) => [
    [nodes[from].place, -nodes[from].layer],
    ...via.map((place, i) => [place, -(nodes[from].layer + i + 1)]),
    [nodes[to].place, -nodes[to].layer]
  ]);
  return {
    type: 'scatter',
    mode: 'lines',
    x: points.flatMap((own) => [...own.map(([x]) => x), null]),
    y: points.flatMap((own) => [...own.map(([, y]) => y), null]),
    line: { color: theme.mutedText, width: 1.5 },
    hoverinfo: 'skip'
  };
}

/** Marks under the names, which the pointer finds. */
function nodes({ nodes: all }: Architecture, { theme }: IChartContext): Data {
  return {
    type: 'scatter',
    mode: 'markers',
    x: all.map(({ place }) => place),
    y: all.map(({ layer }) => -layer),
    marker: { size: 9, color: theme.accent },
    hoverinfo: 'text',
    text: all.map((node) => plainText(words(node)))
  } as Data;
}

/** A node's name and settings in a box, as far as there is room for them. */
function box(
  node: ArchitectureNode,
  { row, reach }: { row: number; reach: number },
  context: IChartContext
): Partial<Annotations> {
  const { theme } = context;
  const room = Math.min(figureWidth(context), 640) / (2 * reach) - GAP;
  const { label, detail } = node;
  const two = detail !== '' && row >= TWO_LINES;
  const lines = two
    ? [fitting([label, ''], room, FONT), fitting([detail, ''], room, FONT)].filter((line) => line !== '')
    : [fitting([words(node), label, ''], room, FONT)];
  return {
    x: node.place,
    y: -node.layer,
    showarrow: false,
    text: lines.map(plainText).join('<br>'),
    visible: lines.some((line) => line !== ''),
    font: { size: FONT, color: theme.text },
    bgcolor: theme.background,
    bordercolor: theme.mutedText,
    borderwidth: 1,
    borderpad: 2
  };
}

function words({ label, detail }: ArchitectureNode): string {
  return detail === '' ? label : `${label} · ${detail}`;
}

function table({ nodes: all, edges: lines }: Architecture, { trans }: IChartContext): IFigure['table'] {
  const into = all.map((_, i) => lines.filter(({ to }) => to === i).map(({ from }) => from));
  const columns = [trans.__('node'), trans.__('name'), trans.__('settings'), trans.__('layer'), trans.__('reads')];
  return tableOf(columns, () =>
    all.map(({ label, detail, layer }, i) => [
      ...[String(i + 1), label, detail || '–', String(layer)],
      into[i].map((from) => String(from + 1)).join(', ') || '–'
    ])
  );
}
