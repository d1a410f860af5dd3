import { fail } from '../core';
import type { Graph } from './graph';

/** Clusters of a graph's nodes, and the edge by which each node came to its own. */
export interface Parsed {
  /** Cluster of each node, numbered by their first nodes; [N]. */
  clusters: Int32Array;
  numClusters: number;
  /** Edge that each node follows, or -1 where none enters it; [N]. */
  followed: Int32Array;
}

/**
 * One step of parsing a graph (Graph Parsing Networks, arXiv 2402.14393): each node follows the best of the edges that enter it, and what is joined by edges that are followed is a cluster. How many there are follows from the scores;
 * loops are not followed, and of equal scores the one from the node of the smaller number is.
 *
 * @param scores - Of each edge, [M].
 * @throws {SwitchyardError} where there is not a score for each edge.
 */
export function parsed(graph: Graph, scores: ArrayLike<number>): Parsed {
  if (scores.length !== graph.numEdges) {
    fail('graph.parsed', `there must be a score for each of the ${graph.numEdges} edges`, scores.length);
  }
  const followed = new Int32Array(graph.numNodes).fill(-1);
  graph.sources.forEach((source, e) => {
    const node = graph.targets[e];
    const best = followed[node];
    const better = best < 0 || scores[e] > scores[best] || (scores[e] === scores[best] && source < graph.sources[best]);
    if (source !== node && better) {
      followed[node] = e;
    }
  });
  // The first node of its cluster stands for each.
  const first = Int32Array.from(followed.keys());
  const rootOf = (node: number): number => {
    while (first[node] !== node) {
      first[node] = first[first[node]];
      node = first[node];
    }
    return node;
  };
  followed.forEach((e, node) => {
    if (e >= 0) {
      const [a, b] = [rootOf(node), rootOf(graph.sources[e])];
      first[Math.max(a, b)] = Math.min(a, b);
    }
  });
  const numbers = new Int32Array(graph.numNodes);
  let numClusters = 0;
  const clusters = first.map((_, node) => {
    const root = rootOf(node);
    return (numbers[node] = root === node ? numClusters++ : numbers[root]);
  });
  return { clusters, numClusters, followed };
}
