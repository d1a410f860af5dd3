import { expectInteger, expectNumber, expectOneOf, Random } from '../../base/core';
import type { Graph } from '../../base/graph';
import { hopsFrom, neighbourhoods } from '../../base/topology';

/** Options of `graph.probes.topologicalConcentration`. */
export interface ConcentrationOptions {
  /** Depth of the neighbourhoods that are compared, K. Default 1. */
  hops?: number;
  /** 'exact', by intersection of neighbourhoods; or 'projection', by propagated random vectors, whose cost is linear in edges. Default 'exact'. */
  method?: 'exact' | 'projection';
  /** Width of the random vectors. Default 64. */
  dim?: number;
  /** Factor by which a hop counts less than the one before. Default 0.5. */
  decay?: number;
  /** Default 0. */
  seed?: number;
}

/**
 * Topological concentration of each node (Wang et al., 2023, arXiv 2310.04612): how far the neighbourhood of a node overlaps with those of its neighbours, in the mean; 0..1, [N]. Exact: for each two depths up to K the
 * nodes that both have within them, over the smaller count, the node and its neighbour left out of each other's, weighted by `decay` to the sum of the depths; so all nodes of a clique of three have 1, and of one hop leaves of a star 0.
 * By projection: the same of walks, each as often as it is there, from inner products of propagated random vectors; at one hop it tends to the exact one as these become wider. 0 of a node without neighbours.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function topologicalConcentration(graph: Graph, options: ConcentrationOptions = {}): Float64Array {
  const where = 'graph.probes.topologicalConcentration';
  const { hops = 1, method = 'exact', dim = 64, decay = 0.5, seed = 0 } = options;
  expectInteger(where, 'hops', hops, 1);
  expectInteger(where, 'dim', dim, 1);
  expectNumber(where, 'decay', decay, 0, 1);
  expectOneOf(where, 'method', method, ['exact', 'projection']);
  return method === 'exact' ? exact(graph, hops, decay) : projected(graph, hops, decay, dim, Random.fromSeed(seed).child(where)); // prettier-ignore
}

function exact(graph: Graph, depth: number, decay: number): Float64Array {
  const near = neighbourhoods(graph);
  const hops = near.map((_, node) => hopsFrom(near, node, depth));
  const within = (node: number, k: number, other: number): number[] =>
    Array.from(hops[node].keys()).filter((v) => hops[node][v] > 0 && hops[node][v] <= k && v !== other);
  return Float64Array.from(near, (of, node) => {
    const overlaps = of.map((other) => {
      let [sum, weights] = [0, 0];
      for (let a = 1; a <= depth; a++) {
        const own = new Set(within(node, a, other));
        for (let b = 1; b <= depth; b++) {
          const others = within(other, b, node);
          const least = Math.min(own.size, others.length);
          const weight = decay ** (a + b - 2);
          sum += least === 0 ? 0 : (weight * others.filter((v) => own.has(v)).length) / least;
          weights += weight;
        }
      }
      return sum / weights;
    });
    return of.length === 0 ? 0 : overlaps.reduce((a, b) => a + b, 0) / of.length;
  });
}

/** Rows of `A^k R`, R normal of variance 1 / dim: their inner products estimate in how many nodes the walks of two nodes meet, which at one hop are the common neighbours. */
function projected(graph: Graph, depth: number, decay: number, dim: number, random: Random): Float64Array {
  const near = neighbourhoods(graph);
  const next = random.generator();
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  // The last column counts: all walks of a length.
  let now = near.map(() => Float64Array.from({ length: dim + 1 }, (_, f) => (f < dim ? normal() / Math.sqrt(dim) : 1)));
  const rows: Float64Array[][] = [];
  for (let k = 1; k <= depth; k++) {
    const before = now;
    now = near.map((of) => {
      const out = new Float64Array(dim + 1);
      of.forEach((other) => before[other].forEach((value, f) => (out[f] += value)));
      return out;
    });
    rows.push(now);
  }
  const overlap = (a: number, b: number, node: number, other: number): number => {
    const [u, v] = [rows[a][node], rows[b][other]];
    // The one hop to each other is no overlap.
    const least = Math.min(u[dim] - Number(a === 0), v[dim] - Number(b === 0));
    let sum = 0;
    for (let f = 0; f < dim; f++) {
      sum += u[f] * v[f];
    }
    return least === 0 ? 0 : sum / least;
  };
  const weights = Array.from({ length: depth * depth }, (_, i) => [i % depth, Math.floor(i / depth)] as const);
  const all = weights.reduce((sum, [a, b]) => sum + decay ** (a + b), 0);
  const between = (node: number, other: number): number => weights.reduce((sum, [a, b]) => sum + decay ** (a + b) * overlap(a, b, node, other), 0) / all; // prettier-ignore
  return Float64Array.from(near, (of, node) => of.reduce((sum, other) => sum + between(node, other), 0) / (of.length || 1)); // prettier-ignore
}
