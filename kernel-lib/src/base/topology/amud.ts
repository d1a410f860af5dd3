import { expectNumber, fail } from '../core';
import type { Graph } from '../graph';

/** Patterns of two directed edges between a node and another, as products of the adjacency A (from a source to its target) and its transpose. */
export const DIRECTED_PATTERNS = ['A A', "A' A'", "A A'", "A' A"] as const;

/** Guidance on whether to keep directions. */
export interface DirectionGuidance {
  /** Correlation, over ordered pairs of nodes, of being joined by a pattern with being of one class; in the order of `patterns`. */
  correlations: { pattern: (typeof DIRECTED_PATTERNS)[number]; r: number }[];
  /** How far the patterns' shares of explained variance (r squared) lie apart, over the largest; 0 where directions say nothing, 0..1. */
  score: number;
  /** Whether the score exceeds the threshold, so that a directed model is recommended. */
  directed: boolean;
}

/** Options of `graph.probes.amud`. */
export interface AmudOptions {
  /** Score above which directions are to be kept. Default 0.5. */
  threshold?: number;
}

/**
 * Adaptive modelling of digraphs (AMUD, arXiv 2312.04111): whether the directions of edges know something of classes. On a symmetric graph all patterns of two edges join the same pairs, so that the score is 0; where, say, common
 * targets mean one class and paths do not, it is near 1. Loops are left out; patterns join each pair once. Squares of degrees in time.
 *
 * @throws {SwitchyardError} where there is not a class for each node.
 */
export function amud(
  graph: Graph,
  classes: ArrayLike<number>,
  { threshold = 0.5 }: AmudOptions = {}
): DirectionGuidance {
  const where = 'graph.probes.amud';
  expectNumber(where, 'threshold', threshold, 0, 1);
  if (classes?.length !== graph.numNodes) {
    fail(where, `there must be a class for each of the ${graph.numNodes} nodes`, classes?.length);
  }
  const ways = { A: setsBy(graph.sources, graph.targets, graph.numNodes), "A'": setsBy(graph.targets, graph.sources, graph.numNodes) }; // prettier-ignore
  const sizes = new Map<number, number>();
  Array.from(classes).forEach((c) => sizes.set(c, (sizes.get(c) ?? 0) + 1));
  const alike = [...sizes.values()].reduce((sum, size) => sum + size * (size - 1), 0);
  const pairs = graph.numNodes * (graph.numNodes - 1);
  const correlations = DIRECTED_PATTERNS.map((pattern) => {
    const [first, second] = pattern.split(' ') as ('A' | "A'")[];
    let [joined, both] = [0, 0];
    ways[first].forEach((near, node) => {
      const reached = new Set([...near].flatMap((middle) => [...ways[second][middle]]));
      reached.delete(node);
      joined += reached.size;
      reached.forEach((other) => (both += Number(classes[other] === classes[node])));
    });
    return { pattern, r: phi({ pairs, joined, alike, both }) };
  });
  const explained = correlations.map(({ r }) => r * r);
  const most = Math.max(...explained);
  const score = most === 0 ? 0 : (most - Math.min(...explained)) / most;
  return { correlations, score, directed: score > threshold };
}

/** Correlation of two yes-or-no properties of pairs; 0 where one of them is the same of all. */
function phi({ pairs, joined, alike, both }: Record<'pairs' | 'joined' | 'alike' | 'both', number>): number {
  const spread = joined * (pairs - joined) * alike * (pairs - alike);
  return spread <= 0 ? 0 : (pairs * both - joined * alike) / Math.sqrt(spread);
}

function setsBy(ends: Int32Array, others: Int32Array, numNodes: number): Set<number>[] {
  const sets = Array.from({ length: numNodes }, () => new Set<number>());
  ends.forEach((end, edge) => end !== others[edge] && sets[end].add(others[edge]));
  return sets;
}
