import { type GraphEdge, type GraphRewiringData, MAX_NODES } from '../../../protocol';
import type { Drawing } from '../../drawing';
import { significant } from '../../format';
import { colourOf, signedColour } from '../../pictures/colours';
import { legend } from '../../pictures/legend';
import { COLUMN, STYLE, WIDTH } from '../../pictures/sizes';
import { manyEdges } from './manyEdges';
import { sensitivityPictures } from './sensitivityPicture';

const DASHES: Record<GraphEdge['state'], string> = { kept: 'none', added: '6 4', removed: '2 3' };
const MARGIN = 16;
const MOST_HEIGHT = 480;
const INK = '#555555';
/** Degrees by which added edges are bent. */
const BEND = 20;

/** Edges by curvature, orange below 0 and purple above; dashed where added, dotted where removed. Where curvature before is told, before and after side by side. */
export function graphRewiringPicture(data: GraphRewiringData, tools: Drawing): (Element | null)[][] {
  if (data.nodes.length === 0) {
    return [];
  }
  const most = reach(data.edges);
  const states = (Object.keys(DASHES) as GraphEdge['state'][]).map((name) => ({ name, colour: INK, dashes: DASHES[name] })); // prettier-ignore
  const classes = data.classes.map((name, c) => ({ name, colour: colourOf(c) }));
  const ends = [
    { name: significant(-most), colour: signedColour(-1) },
    { name: significant(most), colour: signedColour(1) }
  ];
  return [
    [legend(extent(data), [...states, ...classes], tools)],
    [legend(data.measure, ends, tools)],
    ...(data.edges.some(({ before }) => before !== undefined)
      ? [
          [legend('before', [], tools, COLUMN), legend('after', [], tools, COLUMN)],
          [graph(beforeOf(data), most, COLUMN, tools), graph(afterOf(data), most, COLUMN, tools)]
        ]
      : [[graph(data, most, WIDTH, tools)]]),
    ...sensitivityPictures(data, tools)
  ];
}

/** How much of the graph is in the picture, where that is a part. */
function extent({ nodes, edges, of }: GraphRewiringData): string {
  return of === undefined || (nodes.length === of.nodes && edges.length === of.edges)
    ? 'edges and nodes'
    : `${nodes.length} of ${of.nodes} nodes, ${edges.length} of ${of.edges} edges`;
}

/** The graph as it was, in the curvature that it had. */
function beforeOf(data: GraphRewiringData): GraphRewiringData {
  const edges = data.edges.filter(({ state }) => state !== 'added');
  return { ...data, edges: edges.map((edge) => ({ ...edge, curvature: edge.before ?? null })) };
}

function afterOf(data: GraphRewiringData): GraphRewiringData {
  return { ...data, edges: data.edges.filter(({ state }) => state !== 'removed') };
}

function reach(edges: readonly GraphEdge[]): number {
  return edges.reduce(
    (most, { curvature, before }) => Math.max(most, Math.abs(curvature ?? 0), Math.abs(before ?? 0)),
    1e-9
  );
}

function graph({ nodes, edges }: GraphRewiringData, most: number, width: number, tools: Drawing): Element {
  const span = (values: number[]): number => Math.max(...values) - Math.min(...values);
  const [wide, high] = [span(nodes.map(({ x }) => x)), span(nodes.map(({ y }) => y))];
  const height = Math.min(MOST_HEIGHT, Math.max(160, wide > 0 ? ((width - 2 * MARGIN) * high) / wide : MOST_HEIGHT));
  if (nodes.length > MAX_NODES) {
    const size = { width, height: height + 2 * MARGIN, margin: MARGIN };
    const colour = (own: number): string => (own < 0 ? INK : colourOf(own));
    return manyEdges({ nodes, edges }, { ...size, most, dashes: DASHES, ink: INK, colourOf: colour }, tools);
  }
  const { Plot, document } = tools;
  const lines = edges.map(({ from, to, curvature, state }) => ({
    ...{ x1: nodes[from].x, y1: nodes[from].y, x2: nodes[to].x, y2: nodes[to].y },
    ...{ colour: curvature === null ? INK : signedColour(curvature / most), state }
  }));
  return Plot.plot({
    document,
    width,
    height: height + 2 * MARGIN,
    margin: MARGIN,
    style: STYLE,
    axis: null,
    marks: [
      ...(Object.keys(DASHES) as GraphEdge['state'][]).map((state) => {
        const own = lines.filter((line) => line.state === state);
        const ends = { x1: 'x1', y1: 'y1', x2: 'x2', y2: 'y2' };
        const style = { stroke: 'colour', strokeWidth: 2.5, strokeDasharray: DASHES[state] };
        // Laid over edges in whose line they are, added ones would not be seen.
        return state === 'added' && width < WIDTH
          ? Plot.arrow(own, { ...ends, ...style, bend: BEND, headLength: 0 })
          : Plot.link(own, { ...ends, ...style });
      }),
      Plot.dot(nodes, {
        x: 'x',
        y: 'y',
        r: 5,
        fill: nodes.map((node) => (node.class < 0 ? INK : colourOf(node.class))),
        stroke: '#ffffff'
      })
    ]
  }) as unknown as Element;
}
