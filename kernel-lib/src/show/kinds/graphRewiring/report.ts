import { expectOneOf, fail } from '../../../base/core';
import { fromEdges, type Graph } from '../../../base/graph';
import { balancedForman, components, type EdgeCurvature, layout, ollivier } from '../../../base/topology';
import type { GraphRewiringPayload } from '../../../protocol';
import type { Rewiring, RewiringReport } from '../../../transform/rewire';
import { graphRewiring, type RewiredGraph } from './payload';

/** Options of `show.rewiring`. */
export interface RewiringOptions {
  /** Curvature that colours edges. Default 'balanced Forman'. */
  measure?: 'balanced Forman' | 'Ollivier';
  /** Label of each node. Default: its number. */
  labels?: readonly string[];
  /** Names of the types of nodes. Default: their numbers. */
  classes?: readonly string[];
  /** Title for people. Default: the method, and how many added edges meet its criterion. */
  title?: string;
}

const MEASURES = { 'balanced Forman': balancedForman, Ollivier: ollivier };

/** Options of `show.graph`. */
export interface ShownGraphOptions extends RewiringOptions {
  /** The graph before edges and nodes were added or removed. Default: nothing was. */
  before?: Graph;
  /** Places of the nodes, [N][2]. Default: laid out by hop distances. */
  places?: readonly (readonly number[])[];
  /** Values that colour edges in place of curvature, such as attention or gates (`graph.probes.edgeRouting`), one for each edge in the graph's order, and what they are. The ways of a pair are one line, of the mean of their values. */
  edgeValues?: { readonly name: string; readonly values: ArrayLike<number> };
}

/**
 * A rewiring, or its report, as a payload: the graph laid out by hop distances before (where nodes were added or parts joined, by all edges), the same each time, with the curvature of each edge before and after. Of more than
 * 512 nodes an output holds those nearest to edges that changed; the panel shows all.
 *
 * @example show.payload(show.rewiring(graph.rewire.fosr(g, { edges: 8 }).report))
 * @throws {SwitchyardError} where the measure is another.
 */
export function rewiring(value: Rewiring | RewiringReport, options: RewiringOptions = {}): GraphRewiringPayload {
  const report = 'report' in value ? value.report : value;
  const { met, of } = report.criterionMet;
  const known = of === 0 ? '' : `: ${met} of ${of} added edges meet its criterion`;
  const { title = `${report.method}${known}` } = options;
  return shown('show.rewiring', report.output, { ...options, title, before: report.input });
}

/**
 * A graph as a payload, each edge by its curvature or a value that is given, the way back of an edge with it: as `show.rewiring` shows one that was rewired. In the panel up to 50,000 nodes and 100,000 edges, while the kernel that shows it is there.
 *
 * @example show.payload(show.graph(graph.generators.randomGeometric({ nodes: 40_000, radius: 0.0063 })))
 * @example show.payload(show.graph(g, { edgeValues: { name: 'attention', values: graph.probes.edgeRouting(net, x)[0].shares } }))
 * @throws {SwitchyardError} where the measure is another, an edge has no way back (unless values are given, which need none), or places or values are not one for each node or edge.
 */
export function graph(of: Graph, options: ShownGraphOptions = {}): GraphRewiringPayload {
  const { title = 'graph' } = options;
  return shown('show.graph', of, { ...options, title });
}

function shown(where: string, after: Graph, options: ShownGraphOptions): GraphRewiringPayload {
  const { measure = 'balanced Forman', labels, classes, title, before, edgeValues } = options;
  expectOneOf(where, 'measure', measure, Object.keys(MEASURES) as (keyof typeof MEASURES)[]);
  if (edgeValues !== undefined && before !== undefined) {
    fail(where, 'values of edges are of one graph, without one before', 'edgeValues and before');
  }
  const edges = edgeValues !== undefined ? valuesOf(where, after, edgeValues.values) : edgesOf(MEASURES[measure](after), before && MEASURES[measure](before)); // prettier-ignore
  const types = after.nodeTypes;
  const count = types === undefined ? 0 : types.reduce((most, type) => Math.max(most, type + 1), 0);
  const places = placesOf(where, after, edges, options);
  return graphRewiring({
    nodes: Array.from(places, ([x, y], node) => ({
      label: labels?.[node] ?? String(node),
      class: types?.[node] ?? -1,
      x,
      y
    })),
    edges,
    classes: Array.from({ length: count }, (_, type) => classes?.[type] ?? String(type)),
    measure: edgeValues?.name ?? `${measure} curvature`,
    title
  });
}

/** Each pair that an edge joins, once, with the mean of its edges' values; loops are no lines. */
function valuesOf(
  where: string,
  { sources, targets, numEdges }: Graph,
  values: ArrayLike<number>
): RewiredGraph['edges'] {
  // prettier-ignore
  const wrong = Array.from(values).findIndex((value) => !Number.isFinite(value));
  if (values.length !== numEdges || wrong >= 0) {
    fail(where, `values must be finite numbers, one for each of the ${numEdges} edges`, wrong < 0 ? `${values.length} values` : values[wrong]); // prettier-ignore
  }
  const pairs = new Map<string, { from: number; to: number; own: number[] }>();
  sources.forEach((source, edge) => {
    const [from, to] = [Math.min(source, targets[edge]), Math.max(source, targets[edge])];
    const pair = pairs.get(`${from} ${to}`) ?? { from, to, own: [] };
    pair.own.push(values[edge]);
    pairs.set(`${from} ${to}`, pair);
  });
  return [...pairs.values()]
    .filter(({ from, to }) => from !== to)
    .map(({ from, to, own }) => ({ from, to, curvature: own.reduce((sum, value) => sum + value, 0) / own.length }));
}

/** Each edge that there is or was, once. */
function edgesOf(after: readonly EdgeCurvature[], before: readonly EdgeCurvature[] | undefined): RewiredGraph['edges'] {
  if (before === undefined) {
    return after.map(({ source, target, curvature }) => ({ from: source, to: target, curvature }));
  }
  const [was, is] = [before, after].map(byEdge);
  return [...new Set([...was.keys(), ...is.keys()])].map((key) => {
    const [from, to] = key.split(' ').map(Number);
    const state = !was.has(key) ? 'added' : is.has(key) ? 'kept' : 'removed';
    return { from, to, curvature: is.get(key) ?? null, before: was.get(key) ?? null, state };
  });
}

function byEdge(curvatures: readonly EdgeCurvature[]): Map<string, number> {
  return new Map(curvatures.map(({ source, target, curvature }) => [`${source} ${target}`, curvature]));
}

/** Those that are given, or a layout: as it was before, unless nodes were added or parts joined. */
function placesOf(
  where: string,
  after: Graph,
  edges: RewiredGraph['edges'],
  { before, places }: ShownGraphOptions
): readonly (readonly number[])[] {
  const { numNodes } = after;
  if (places !== undefined) {
    const wrong = places.findIndex((place) => place.length !== 2 || !place.every(Number.isFinite));
    if (places.length !== numNodes || wrong >= 0) {
      fail(
        where,
        `places must be two numbers for each of the ${numNodes} nodes`,
        wrong < 0 ? `${places.length} places` : places[wrong]
      );
    }
    return places;
  }
  const joined = before === undefined || numNodes > before.numNodes || parts(before) > parts(after);
  const own = joined ? edges : edges.filter(({ state }) => state !== 'added');
  const ends = own.map(({ from, to }): [number, number] => [from, to]);
  return layout(fromEdges({ numNodes, edges: ends, undirected: true }));
}

function parts(of: Graph): number {
  return components(of).reduce((most, component) => Math.max(most, component + 1), 0);
}
