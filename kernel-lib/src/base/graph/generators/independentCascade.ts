import { expectInteger, expectNumber, fail, given, Random } from '../../core';
import type { Graph } from '../graph';

/** Options of `graph.generators.independentCascade`. */
export interface IndependentCascadeOptions {
  /** Nodes that are active at first. */
  seeds: ArrayLike<number>;
  /** Probability of each edge. Default: the graph's weights, 0..1. */
  probability?: number;
  /** Cascades. Default 1. */
  runs?: number;
  /** Default 0. */
  seed?: number;
}

/**
 * Independent cascades (Kempe et al., 2003): an active node has one try at each that it leads to, with the probability of the edge. How often each node was active in the end, over the runs, [N]; the sum of them is the expected spread.
 *
 * @throws {SwitchyardError} where a seed is not there, or a probability is none.
 */
export function independentCascade(graph: Graph, options: IndependentCascadeOptions): Float64Array {
  const where = 'graph.generators.independentCascade';
  const { seeds, probability, runs = 1, seed = 0 } = given(where, options);
  const starts = [...new Set(Array.from(seeds))];
  starts.forEach((node) => expectInteger(where, 'seeds', node, 0, graph.numNodes - 1));
  expectInteger(where, 'runs', runs, 1);
  if (probability !== undefined) {
    expectNumber(where, 'probability', probability, 0, 1);
  } else if (graph.weights?.some((weight) => !(weight >= 0 && weight <= 1)) ?? true) {
    fail(where, 'edges must have weights 0..1 where no probability is given', graph.weights === undefined ? 'none' : 'others'); // prettier-ignore
  }
  const next = Random.fromSeed(seed).child(where).generator();
  const { starts: first, neighbours, edges } = graph.outgoing;
  const counts = new Float64Array(graph.numNodes);
  for (let run = 0; run < runs; run++) {
    const active = new Uint8Array(graph.numNodes);
    const queue = [...starts];
    queue.forEach((node) => (active[node] = 1));
    for (let at = 0; at < queue.length; at++) {
      for (let e = first[queue[at]]; e < first[queue[at] + 1]; e++) {
        if (active[neighbours[e]] === 0 && next() < (probability ?? graph.weightOf(edges[e]))) {
          active[neighbours[e]] = 1;
          queue.push(neighbours[e]);
        }
      }
    }
    queue.forEach((node) => counts[node]++);
  }
  return counts.map((count) => count / runs);
}
