import { expectInteger, given, Random } from '../core';
import { type Adjacency, adjacencyOf } from './adjacency';
import type { Graph } from './graph';

/** Options of `graph.neighbourhoodTokens`. */
export interface NeighbourhoodTokensOptions {
  /** Steps of the longest walks, m. */
  hops: number;
  /** Walks of each length from each node. Default 4. */
  walks?: number;
  /** Default 0. */
  seed?: number;
}

/**
 * Tokens of nodes' neighbourhoods (graph Mamba, arXiv 2402.08678): of each node, in order, the nodes that walks of m steps from it pass, those of m - 1, and so on to the node itself, as edges from nodes to the N (m + 1) tokens,
 * the node's one after the other. Walks go along edges; one that cannot go on ends. Nodes of a token are there once.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function neighbourhoodTokens(graph: Graph, options: NeighbourhoodTokensOptions): Adjacency {
  const where = 'graph.neighbourhoodTokens';
  const { hops, walks = 4, seed = 0 } = given(where, options);
  expectInteger(where, 'hops', hops, 0);
  expectInteger(where, 'walks', walks, 1);
  const next = Random.fromSeed(seed).child(where).generator();
  const { starts, neighbours } = graph.outgoing;
  const [sources, targets]: number[][] = [[], []];
  for (let node = 0; node < graph.numNodes; node++) {
    for (let steps = hops; steps >= 0; steps--) {
      const passed = new Set([node]);
      for (let walk = 0; walk < (steps === 0 ? 0 : walks); walk++) {
        let at = node;
        for (let step = 0; step < steps && starts[at + 1] > starts[at]; step++) {
          at = neighbours[starts[at] + Math.floor(next() * (starts[at + 1] - starts[at]))];
          passed.add(at);
        }
      }
      const token = node * (hops + 1) + hops - steps;
      [...passed].sort((a, b) => a - b).forEach((each) => {
        sources.push(each);
        targets.push(token);
      }); // prettier-ignore
    }
  }
  return adjacencyOf(Int32Array.from(sources), Int32Array.from(targets), graph.numNodes, graph.numNodes * (hops + 1));
}
