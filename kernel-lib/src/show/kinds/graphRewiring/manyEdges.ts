import { EDGE_STATES, type GraphEdge, type GraphRewiringData } from '../../../protocol';
import type { Drawing } from '../../drawing';
import { signedColour } from '../../pictures/colours';

const SVG = 'http://www.w3.org/2000/svg';
/** Colours on each side of 0: a path has one. */
const STEPS = 8;
const WIDTHS: Record<GraphEdge['state'], number> = { kept: 0.8, added: 1.4, removed: 1.4 };
const RADIUS = 1.6;

/** How a large graph is drawn. */
export interface ManyEdgesOptions {
  width: number;
  height: number;
  margin: number;
  /** Curvature at the ends of the scale. */
  most: number;
  dashes: Record<GraphEdge['state'], string>;
  /** Colour of an edge whose curvature is not known. */
  ink: string;
  /** Colour of a node of this class. */
  colourOf: (own: number) => string;
}

/** A graph of thousands of edges: a path for all that look alike, where an element for each would make the picture ten times as long. */
export function manyEdges(
  { nodes, edges }: Pick<GraphRewiringData, 'nodes' | 'edges'>,
  { width, height, margin, most, dashes, ink, colourOf }: ManyEdgesOptions,
  { document }: Drawing
): Element {
  const make = (name: string, attributes: Record<string, string | number>): Element => {
    const element = document.createElementNS(SVG, name);
    Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, String(value)));
    return element;
  };
  const place = placing(nodes, width, height, margin);
  const paths = new Map<string, { stroke: string; state: GraphEdge['state']; d: string[] }>();
  for (const { from, to, curvature, state } of edges) {
    const stroke = curvature === null ? ink : signedColour(Math.round((curvature / most) * STEPS) / STEPS);
    const path = paths.get(`${state} ${stroke}`) ?? { stroke, state, d: [] };
    path.d.push(`M${place(from)}L${place(to)}`);
    paths.set(`${state} ${stroke}`, path);
  }
  const lines = [...paths.values()]
    .sort((a, b) => EDGE_STATES.indexOf(a.state) - EDGE_STATES.indexOf(b.state))
    .map(({ stroke, state, d }) => make('path', { d: d.join(''), stroke, 'stroke-width': WIDTHS[state], 'stroke-dasharray': dashes[state], fill: 'none' })); // prettier-ignore
  const dots = [...new Set(nodes.map((node) => node.class))].map((own) => {
    const d = nodes.flatMap((node, i) => (node.class === own ? [`M${place(i)}h0`] : [])).join('');
    return make('path', { d, stroke: colourOf(own), 'stroke-width': 2 * RADIUS, 'stroke-linecap': 'round' });
  });
  const svg = make('svg', { width, height });
  svg.append(...lines, ...dots);
  return svg;
}

/** Places of nodes in pixels, as "x,y". */
function placing(
  nodes: GraphRewiringData['nodes'],
  width: number,
  height: number,
  margin: number
): (node: number) => string {
  const along = (values: readonly number[], room: number): ((node: number) => number) => {
    const low = values.reduce((a, b) => Math.min(a, b), Infinity);
    const span = values.reduce((a, b) => Math.max(a, b), -Infinity) - low;
    return (node) => margin + (span === 0 ? room / 2 : ((values[node] - low) / span) * room);
  };
  const x = along(nodes.map((node) => node.x), width - 2 * margin); // prettier-ignore
  const y = along(nodes.map((node) => -node.y), height - 2 * margin); // prettier-ignore
  return (node) => `${Number(x(node).toFixed(1))},${Number(y(node).toFixed(1))}`;
}
