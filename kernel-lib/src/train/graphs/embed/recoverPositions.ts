import { expectInteger, given, Random } from '../../../base/core';
import type { Features, Graph } from '../../../base/graph';
import { symmetricEigen } from '../../../base/math/symmetricEigen';

/** Options of `graph.embed.recoverPositions`. */
export interface RecoverPositionsOptions {
  /** Dimensions of the positions, d. */
  dim: number;
  /** Nodes from which paths are measured. Default: 40, or all of fewer. */
  anchors?: number;
  /** Whether lengths of edges are estimated; else each is 1. Default true. */
  scaled?: boolean;
  /** Default 0. */
  seed?: number;
}

/** Share of a walk's steps at which it begins anew, so that it has one stationary distribution on any graph. */
const RESTART = 1e-3;

/**
 * Hidden positions of a graph's nodes from its edges alone, up to motion and scale (arXiv 2301.10956), [N, d]: of a graph in which each node leads to its k nearest. How far a node's edges reach is estimated from where a random walk
 * stays, `pi^(-1 / (d + 2))`; shortest paths of such edges from anchors approximate distances, and multidimensional scaling places the anchors and then all others by them. Each step is a message passing: sums of shares, least
 * sums, and a linear map. Nodes that no anchor reaches lie at the mean.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function recoverPositions(graph: Graph, options: RecoverPositionsOptions): Features {
  const where = 'graph.embed.recoverPositions';
  const { dim, anchors = Math.min(40, graph.numNodes), scaled = true, seed = 0 } = given(where, options); // prettier-ignore
  expectInteger(where, 'dim', dim, 1);
  expectInteger(where, 'anchors', anchors, dim + 1, graph.numNodes);
  const reach = scaled ? walked(graph).map((share) => share ** (-1 / (dim + 2))) : new Float64Array(graph.numNodes).fill(1); // prettier-ignore
  const nodes = Random.fromSeed(seed).child(where).shuffle(Array.from({ length: graph.numNodes }, (_, node) => node)).slice(0, anchors); // prettier-ignore
  const squares = nodes.map((anchor) => pathsFrom(graph, anchor, reach).map((length) => length ** 2));
  return { values: placed(squares, nodes, dim), width: dim };
}

/** Stationary distribution of a walk along the edges. */
function walked(graph: Graph): Float64Array {
  const { starts } = graph.outgoing;
  let shares = new Float64Array(graph.numNodes).fill(1 / graph.numNodes);
  for (let step = 0; step < 500; step++) {
    const next = new Float64Array(graph.numNodes).fill(RESTART / graph.numNodes);
    shares.forEach((share, node) => {
      const degree = starts[node + 1] - starts[node];
      if (degree === 0) {
        next[node] += (1 - RESTART) * share;
      }
    });
    graph.sources.forEach((source, edge) => {
      next[graph.targets[edge]] += ((1 - RESTART) * shares[source]) / (starts[source + 1] - starts[source]);
    });
    const change = next.reduce((sum, value, node) => sum + Math.abs(value - shares[node]), 0);
    shares = next;
    if (change < 1e-9) {
      break;
    }
  }
  return shares;
}

/** Lengths of the shortest paths from a node, edges taken both ways, an edge as long as the node that it leaves reaches (Dijkstra); the farthest one where there is no path. */
function pathsFrom({ numNodes, incoming, outgoing }: Graph, start: number, reach: Float64Array): Float64Array {
  const length = new Float64Array(numNodes).fill(Infinity);
  const done = new Uint8Array(numNodes);
  length[start] = 0;
  for (;;) {
    let node = -1;
    length.forEach((value, other) => (node = done[other] === 0 && value < (node < 0 ? Infinity : length[node]) ? other : node)); // prettier-ignore
    if (node < 0) {
      break;
    }
    done[node] = 1;
    for (const { starts, neighbours } of [outgoing, incoming]) {
      for (let e = starts[node]; e < starts[node + 1]; e++) {
        const other = neighbours[e];
        const long = starts === outgoing.starts ? reach[node] : reach[other];
        length[other] = Math.min(length[other], length[node] + long);
      }
    }
  }
  const far = length.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, value) : most), 0);
  return length.map((value) => (Number.isFinite(value) ? value : far));
}

/** Landmark multidimensional scaling: squares of distances from each anchor, [anchors][N], to [N, d]. */
function placed(squares: readonly Float64Array[], anchors: readonly number[], dim: number): Float32Array {
  const count = anchors.length;
  const among = squares.map((row) => anchors.map((node) => row[node]));
  const symmetric = among.map((row, i) => row.map((value, j) => (value + among[j][i]) / 2));
  const means = symmetric.map((row) => row.reduce((a, b) => a + b, 0) / count);
  const mean = means.reduce((a, b) => a + b, 0) / count;
  const centred = symmetric.map((row, i) => Float64Array.from(row, (value, j) => -(value - means[i] - means[j] + mean) / 2)); // prettier-ignore
  const { values, vectors } = symmetricEigen(centred);
  const numNodes = squares[0].length;
  const out = new Float32Array(numNodes * dim);
  for (let axis = 0; axis < dim; axis++) {
    const at = values.length - 1 - axis;
    const root = Math.sqrt(Math.max(values[at], 1e-12));
    for (let node = 0; node < numNodes; node++) {
      out[node * dim + axis] = squares.reduce((sum, row, i) => sum - (vectors[at][i] / root) * ((row[node] - means[i]) / 2), 0); // prettier-ignore
    }
  }
  return out;
}
