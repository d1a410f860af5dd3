import { expectInteger, expectNumber, fail, Random, given } from '../../../base/core';
import type { Features, Graph } from '../../../base/graph';

/** Options of `graph.embed.fastRP`. */
export interface FastRPOptions {
  /** Width of the embedding, F. */
  dim: number;
  /** Weight of each power of the transition matrix, the first of power 1. Default [0, 1, 1, 1]. */
  weights?: readonly number[];
  /** Power of a node's degree, over twice the edges, that scales its row of the projection; below 0 it tames hubs. Default -0.5. */
  beta?: number;
  /** s: an entry of the projection is `sqrt(s)` or `-sqrt(s)` with probability 1 / 2s each, else 0. Default 3. */
  sparsity?: number;
  /** Default 0. */
  seed?: number;
}

/**
 * Fast random projection (Chen et al., 2019, arXiv 1908.11512): node embeddings `sum_k a_k (D^-1 A)^k L R` with R very sparse and `L = diag(d / 2m)^beta`, by products with the sparse matrix alone. Directions are those of
 * the edges: a node takes in the nodes that lead to it. A node that nothing leads to gets 0. [N, F].
 *
 * @throws {SwitchyardError} where a weight of an edge is below 0 or an option out of range.
 */
export function fastRP(graph: Graph, options: FastRPOptions): Features {
  const where = 'graph.embed.fastRP';
  const { dim, weights = [0, 1, 1, 1], beta = -0.5, sparsity = 3, seed = 0 } = given('graph.embed.fastRP', options);
  expectInteger(where, 'dim', dim, 1);
  expectNumber(where, 'beta', beta);
  expectNumber(where, 'sparsity', sparsity, 1);
  weights.forEach((weight) => expectNumber(where, 'weights', weight));
  const wrong = graph.weights?.findIndex((weight) => weight < 0) ?? -1;
  if (wrong >= 0) {
    fail(where, `weights[${wrong}] of the graph must be at least 0`, graph.weights![wrong]);
  }
  const { starts, neighbours } = graph.incoming;
  const degree = Float64Array.from({ length: graph.numNodes }, (_, node) => {
    let sum = 0;
    for (let e = starts[node]; e < starts[node + 1]; e++) {
      sum += graph.weightOf(e);
    }
    return sum;
  });
  const volume = degree.reduce((a, b) => a + b, 0);
  const next = Random.fromSeed(seed).child(where).generator();
  const entry = (): number => {
    const draw = next() * 2 * sparsity;
    return draw < 1 ? Math.sqrt(sparsity) : draw < 2 ? -Math.sqrt(sparsity) : 0;
  };
  let rows = Array.from(degree, (d) => {
    const scale = d === 0 ? 0 : (d / volume) ** beta;
    return Float64Array.from({ length: dim }, () => scale * entry());
  });
  const total = rows.map(() => new Float64Array(dim));
  for (const weight of weights) {
    const now = rows;
    rows = now.map((_, node) => {
      const out = new Float64Array(dim);
      for (let e = starts[node]; e < starts[node + 1]; e++) {
        const share = degree[node] === 0 ? 0 : graph.weightOf(e) / degree[node];
        now[neighbours[e]].forEach((value, f) => (out[f] += share * value));
      }
      return out;
    });
    rows.forEach((row, node) => row.forEach((value, f) => (total[node][f] += weight * value)));
  }
  return { values: Float32Array.from(total.flatMap((row) => [...row])), width: dim };
}
