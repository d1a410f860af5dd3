import { expectInteger, fail } from '../core';
import type { Graph } from '../graph';
import { invertSymmetric } from '../math/invertSymmetric';
import { componentsOf, membersOf } from './hops';
import { conductances, type Neighbourhoods, undirectedNeighbourhoods } from './neighbourhoods';

/** Dense inverses are of n^3 operations: a minute. */
const MOST_NODES = 4096;

/**
 * Effective resistance between each two nodes, of edges that are conductors of their weights (which a resistance divides by, and parallel edges add up); Infinity between components, 0 of a node to itself. [N][N].
 *
 * @throws {SwitchyardError} where an edge has no way back or its weight is below 0, and beyond 4,096 nodes.
 */
export function effectiveResistance(graph: Graph): Float64Array[] {
  return resistances('graph.probes.effectiveResistance', graph);
}

/**
 * Commute time between each two nodes: the steps that a random walk takes to go to the other and back, `2 |E| R` with the weights of all edges (arXiv 2302.02941); Infinity between components. [N][N].
 *
 * @throws {SwitchyardError} as `graph.probes.effectiveResistance`.
 */
export function commuteTime(graph: Graph): Float64Array[] {
  const where = 'graph.probes.commuteTime';
  const volumes = componentVolumes(where, graph);
  return resistances(where, graph).map((row, i) => row.map((r) => (r === 0 || r === Infinity ? r : volumes[i] * r)));
}

/** Weights of the component of each node, each edge both ways; a walk knows of no other component. */
function componentVolumes(where: string, graph: Graph): Float64Array {
  const near = undirectedNeighbourhoods(where, graph);
  const own = conductances(where, graph, near);
  const out = new Float64Array(near.length);
  membersOf(componentsOf(near)).forEach((members) => {
    const volume = members.reduce((sum, node) => sum + own[node].reduce((a, b) => a + b, 0), 0);
    members.forEach((node) => (out[node] = volume));
  });
  return out;
}

/** Sum of the effective resistance of all pairs (arXiv 2302.06835); Infinity where the graph is not connected. */
export function totalResistance(graph: Graph): number {
  const where = 'graph.probes.totalResistance';
  const near = undirectedNeighbourhoods(where, graph);
  expectInteger(where, 'nodes', near.length, 0, MOST_NODES);
  const inverse = pseudoinverse(near, conductances(where, graph, near));
  return inverse === null ? Infinity : near.length * inverse.reduce((sum, row, i) => sum + row[i], 0);
}

function resistances(where: string, graph: Graph): Float64Array[] {
  const near = undirectedNeighbourhoods(where, graph);
  expectInteger(where, 'nodes', near.length, 0, MOST_NODES);
  const weights = conductances(where, graph, near);
  const out = near.map((_, i) => new Float64Array(near.length).fill(Infinity).fill(0, i, i + 1));
  for (const members of membersOf(componentsOf(near))) {
    const place = new Map(members.map((node, at) => [node, at]));
    const inverse = pseudoinverse(
      members.map((node) => near[node].map((other) => place.get(other)!)),
      members.map((node) => weights[node])
    );
    if (inverse === null) {
      return fail(where, 'weights must not be 0 where nothing else joins nodes', members);
    }
    members.forEach((i, a) => {
      members.forEach((j, b) => (out[i][j] = a === b ? 0 : inverse[a][a] + inverse[b][b] - 2 * inverse[a][b]));
    });
  }
  return out;
}

/** Pseudoinverse of the Laplacian, `(L + J / n)^-1 - J / n`; null where the graph is not connected. */
export function pseudoinverse(near: Neighbourhoods, weights: readonly Float64Array[]): Float64Array[] | null {
  const size = near.length;
  if (size > 0 && componentsOf(near).some((component) => component > 0)) {
    return null;
  }
  const matrix = near.map((of, i) => {
    const row = new Float64Array(size).fill(1 / size);
    of.forEach((j, at) => {
      row[j] -= weights[i][at];
      row[i] += weights[i][at];
    });
    return row;
  });
  const inverse = invertSymmetric(matrix);
  inverse?.forEach((row) => row.forEach((value, j) => (row[j] = value - 1 / size)));
  return inverse;
}
