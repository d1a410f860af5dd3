import { expectInteger } from '../core';
import { type Adjacency, adjacencyOf } from './adjacency';
import type { Graph } from './graph';
import { keepEdges } from './loops';

/** Two nodes, a link or what may be one. */
export type NodePair = readonly [number, number];

/**
 * Neighbours that the two nodes of each pair have in common, as edges from them, N sources, to the pairs, B targets: `neighbourSum(x, commonNeighbours(g, pairs))` pools what they hold, [B, F], and of ones counts them. Neighbours are
 * the nodes that lead to one; the two themselves are not among them, nor is one twice.
 *
 * @throws {SwitchyardError} where a node is not there.
 */
export function commonNeighbours(graph: Graph, pairs: readonly NodePair[]): Adjacency {
  return adjacencyFrom(
    graph,
    pairs,
    neighboursOf('graph.commonNeighbours', graph, pairs),
    (one, other) => one && other
  );
}

/** Neighbours of either node of each pair, and the link that a common neighbour would have and does not. */
export interface EitherNeighbours {
  /** From neighbours, N sources, to pairs, B targets. */
  adjacency: Adjacency;
  /** Links that are missing: an edge's neighbour, and the node of its pair that it does not lead to. */
  missing: NodePair[];
  /** Place among those of each edge of the adjacency; -1 of common neighbours. */
  missingOf: Int32Array;
}

/** Neighbours of one node of each pair at least, each with the link that it lacks to be a common one: what completes common neighbours (NCNC, arXiv 2302.00890). */
export function eitherNeighbours(graph: Graph, pairs: readonly NodePair[]): EitherNeighbours {
  const sets = neighboursOf('graph.eitherNeighbours', graph, pairs);
  const adjacency = adjacencyFrom(graph, pairs, sets, () => true);
  const missing: NodePair[] = [];
  const missingOf = adjacency.sources.map((node, edge) => {
    const lacking = pairs[adjacency.targets[edge]].find((end) => !sets.get(end)!.has(node));
    return lacking === undefined ? -1 : missing.push([node, lacking]) - 1;
  });
  return { adjacency, missing, missingOf };
}

/** The graph without the edges of some pairs, either way: links that are to be predicted, which a network must not see. */
export function withoutPairs(graph: Graph, pairs: readonly NodePair[]): Graph {
  const key = (a: number, b: number): number => Math.min(a, b) * graph.numNodes + Math.max(a, b);
  const gone = new Set(pairs.map(([a, b]) => key(a, b)));
  return keepEdges('graph.withoutPairs', graph, (edge) => !gone.has(key(graph.sources[edge], graph.targets[edge])));
}

function neighboursOf(where: string, graph: Graph, pairs: readonly NodePair[]): Map<number, Set<number>> {
  const { starts, neighbours } = graph.incoming;
  const sets = new Map<number, Set<number>>();
  pairs.flat().forEach((node) => {
    expectInteger(where, 'pairs', node, 0, graph.numNodes - 1);
    sets.set(node, sets.get(node) ?? new Set(neighbours.subarray(starts[node], starts[node + 1])));
  });
  return sets;
}

function adjacencyFrom(
  graph: Graph,
  pairs: readonly NodePair[],
  sets: ReadonlyMap<number, ReadonlySet<number>>,
  keeps: (one: boolean, other: boolean) => boolean
): Adjacency {
  const [sources, targets]: number[][] = [[], []];
  pairs.forEach(([a, b], pair) => {
    const [one, other] = [sets.get(a)!, sets.get(b)!];
    [...new Set([...one, ...other])]
      .sort((x, y) => x - y)
      .forEach((node) => {
        if (node !== a && node !== b && keeps(one.has(node), other.has(node))) {
          sources.push(node);
          targets.push(pair);
        }
      });
  });
  return adjacencyOf(Int32Array.from(sources), Int32Array.from(targets), graph.numNodes, pairs.length);
}
