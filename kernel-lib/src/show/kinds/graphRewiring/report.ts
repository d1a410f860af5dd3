import { expectOneOf } from '../../../base/core';
import { fromEdges, type Graph } from '../../../base/graph';
import { balancedForman, type EdgeCurvature, layout, neighbourhoods, ollivier } from '../../../base/topology';
import { type GraphRewiringPayload, MAX_NODES } from '../../../protocol';
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

/**
 * A rewiring, or its report, as a payload: the graph laid out by hop distances before (where nodes were added or parts joined, by all edges), the same each time, with the curvature of each edge before and after. Of more than
 * 512 nodes those nearest to edges that changed.
 *
 * @example show.payload(show.rewiring(graph.rewire.fosr(g, { edges: 8 }).report))
 * @throws {SwitchyardError} where the measure is another.
 */
export function rewiring(value: Rewiring | RewiringReport, options: RewiringOptions = {}): GraphRewiringPayload {
  const where = 'show.rewiring';
  const report = 'report' in value ? value.report : value;
  const { measure = 'balanced Forman', labels, classes } = options;
  expectOneOf(where, 'measure', measure, Object.keys(MEASURES) as (keyof typeof MEASURES)[]);
  const [before, after] = [report.input, report.output].map((graph) => byEdge(MEASURES[measure](graph)));
  const shown = nodesShown(report);
  const place = new Map(shown.map((node, i) => [node, i]));
  const { met, of } = report.criterionMet;
  const known = of === 0 ? '' : `: ${met} of ${of} added edges meet its criterion`;
  const edges = [...new Set([...before.keys(), ...after.keys()])]
    .map((key) => ({ key, ends: key.split(' ').map((node) => place.get(Number(node))) }))
    .filter((edge): edge is { key: string; ends: [number, number] } => !edge.ends.includes(undefined))
    .map(({ key, ends: [from, to] }): RewiredGraph['edges'][number] => {
      const state = !before.has(key) ? 'added' : after.has(key) ? 'kept' : 'removed';
      return { from, to, curvature: after.get(key) ?? null, before: before.get(key) ?? null, state };
    });
  const types = report.output.nodeTypes;
  const joined = report.output.numNodes > report.input.numNodes || report.before.components > report.after.components;
  const places = layout(withEdges(shown.length, joined ? edges : edges.filter(({ state }) => state !== 'added')));
  const count = types === undefined ? 0 : types.reduce((most, type) => Math.max(most, type + 1), 0);
  return graphRewiring({
    nodes: shown.map((node, i) => ({
      ...{ label: labels?.[node] ?? String(node), class: types?.[node] ?? -1 },
      ...{ x: places[i][0], y: places[i][1] }
    })),
    edges,
    classes: Array.from({ length: count }, (_, type) => classes?.[type] ?? String(type)),
    measure: `${measure} curvature`,
    title: options.title ?? `${report.method}${known}`
  });
}

function byEdge(curvatures: readonly EdgeCurvature[]): Map<string, number> {
  return new Map(curvatures.map(({ source, target, curvature }) => [`${source} ${target}`, curvature]));
}

/** All nodes, or those nearest to edges that changed, ascending. */
function nodesShown({ output, added, removed }: RewiringReport): number[] {
  const all = Array.from({ length: output.numNodes }, (_, node) => node);
  if (all.length <= MAX_NODES) {
    return all;
  }
  const near = neighbourhoods(output);
  const found = new Set([...added, ...removed].flatMap(({ source, target }) => [source, target]));
  for (const node of found) {
    near[node].forEach((other) => found.add(other));
    if (found.size >= MAX_NODES) {
      break;
    }
  }
  return [...new Set([...found, ...all])].slice(0, MAX_NODES).sort((a, b) => a - b);
}

function withEdges(numNodes: number, edges: RewiredGraph['edges']): Graph {
  return fromEdges({ numNodes, edges: edges.map(({ from, to }): [number, number] => [from, to]), undirected: true });
}
