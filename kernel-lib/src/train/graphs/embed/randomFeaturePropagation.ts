import { expectInteger, expectOneOf, Random, given } from '../../../base/core';
import { balancedOf, type Features, type Graph } from '../../../base/graph';

/** Options of `graph.embed.randomFeaturePropagation`. */
export interface RandomFeatureOptions {
  /** Random features of each start, F. */
  dim: number;
  /** Products with the operator, K; each is a part of the encoding. */
  steps: number;
  /** Starts, each with features of its own, S. Default 1. */
  restarts?: number;
  /** Operator: the symmetrically normalised adjacency without loops ("adjacency"), or half of it and half of the node itself ("lazy"), which has no eigenvalue below 0. Default "adjacency". */
  operator?: 'adjacency' | 'lazy';
  /** Default 0. */
  seed?: number;
}

/**
 * Random feature propagation (Eliasof et al., 2023, arXiv 2303.02918): encodings of nodes that are the early iterates of a power iteration side by side, `R, q(P R), q(P q(P R)), ...` with R normal and q columns that are made
 * orthonormal, from several starts; [N, S (K + 1) F]. They begin as random features and end in the leading eigenvectors of P. Columns that have no part beside the others are 0.
 */
export function randomFeaturePropagation(graph: Graph, options: RandomFeatureOptions): Features {
  const where = 'graph.embed.randomFeaturePropagation';
  const {
    dim,
    steps,
    restarts = 1,
    operator = 'adjacency',
    seed = 0
  } = given('graph.embed.randomFeaturePropagation', options);
  expectInteger(where, 'dim', dim, 1);
  expectInteger(where, 'steps', steps, 0);
  expectInteger(where, 'restarts', restarts, 1);
  expectOneOf(where, 'operator', operator, ['adjacency', 'lazy']);
  const weights = balancedOf(graph);
  const times = (column: Float64Array): Float64Array => {
    const out = operator === 'lazy' ? column.map((value) => value / 2) : new Float64Array(column.length);
    const by = operator === 'lazy' ? 0.5 : 1;
    graph.sources.forEach((source, edge) => (out[graph.targets[edge]] += by * weights[edge] * column[source]));
    return out;
  };
  const all: Float64Array[] = [];
  for (let start = 0; start < restarts; start++) {
    const drawn = Random.fromSeed(seed).child(where).child(start).normal([dim, graph.numNodes]);
    const values = drawn.dataSync();
    drawn.dispose();
    let columns: Float64Array[] = Array.from({ length: dim }, (_, f) => Float64Array.from(values.subarray(f * graph.numNodes, (f + 1) * graph.numNodes))); // prettier-ignore
    all.push(...columns);
    for (let step = 0; step < steps; step++) {
      columns = orthonormal(columns.map(times));
      all.push(...columns);
    }
  }
  const width = all.length;
  const out = new Float32Array(graph.numNodes * width);
  all.forEach((column, f) => column.forEach((value, node) => (out[node * width + f] = value)));
  return { values: out, width };
}

/** Columns made orthonormal, one after the other, twice over. */
function orthonormal(columns: readonly Float64Array[]): Float64Array[] {
  const done: Float64Array[] = [];
  for (const column of columns) {
    const rest = column.slice();
    for (const basis of [...done, ...done]) {
      const share = basis.reduce((sum, value, i) => sum + value * rest[i], 0);
      basis.forEach((value, i) => (rest[i] -= share * value));
    }
    const [before, length] = [column, rest].map((each) => Math.sqrt(each.reduce((sum, value) => sum + value * value, 0))); // prettier-ignore
    done.push(length <= 1e-9 * before ? rest.fill(0) : rest.map((value) => value / length));
  }
  return done;
}
