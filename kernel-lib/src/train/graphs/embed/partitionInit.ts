import { expectInteger, expectNumber, given, Random } from '../../../base/core';
import { type Features, fromEdges, type Graph } from '../../../base/graph';
import { laplacianSpectrum, partition } from '../../../base/topology';

/** Options of `graph.embed.partitionInit`. */
export interface PartitionInitOptions {
  /** Width of the embedding, F. */
  dim: number;
  /** Parts of the abstract graph. Default: 4 F, or as many as nodes. */
  parts?: number;
  /** Length of a part's vector, before it is spread. Default 1. */
  scale?: number;
  /** Steps in which nodes take the mean of their own vector and of their neighbours' mean. Default 2. */
  steps?: number;
  /** Default 0. */
  seed?: number;
}

/**
 * Start of an embedding from a partition (Lin et al., WSDM 2020), [N, F]: the graph of parts, with the edges between them as weights, is embedded (by eigenvectors of its Laplacian), nodes get the vector of their part, and it is spread along the
 * graph's own edges. For `graph.embed.skipGram`.
 *
 * @throws {SwitchyardError} where there are more parts than nodes, or an option is out of range.
 */
export function partitionInit(graph: Graph, options: PartitionInitOptions): Features {
  const where = 'graph.embed.partitionInit';
  const { dim, parts = Math.min(graph.numNodes, 4 * given(where, options).dim), scale = 1, steps = 2, seed = 0 } = given(where, options); // prettier-ignore
  expectInteger(where, 'dim', dim, 1);
  expectInteger(where, 'parts', parts, 1, graph.numNodes);
  expectNumber(where, 'scale', scale, 0);
  expectInteger(where, 'steps', steps, 0);
  const part = partition(graph, { parts, seed });
  const vectors = abstractVectors(graph, part, parts, dim, Random.fromSeed(seed).child(where));
  let values = Float32Array.from({ length: graph.numNodes * dim }, (_, i) => scale * vectors[part[Math.floor(i / dim)]][i % dim]); // prettier-ignore
  const { starts, neighbours } = graph.incoming;
  for (let step = 0; step < steps; step++) {
    const before = values;
    values = before.map((value, i) => {
      const [node, f] = [Math.floor(i / dim), i % dim];
      const near = neighbours.subarray(starts[node], starts[node + 1]);
      return near.length === 0 ? value : (value + near.reduce((sum, other) => sum + before[other * dim + f], 0) / near.length) / 2; // prettier-ignore
    });
  }
  return { values, width: dim };
}

/** Unit vectors of the parts: coordinates on the smoothest eigenvectors of the abstract graph; drawn ones where it has fewer. */
function abstractVectors(graph: Graph, part: Int32Array, parts: number, dim: number, random: Random): number[][] {
  const between = new Map<number, number>();
  graph.sources.forEach((source, edge) => {
    const [a, b] = [part[source], part[graph.targets[edge]]];
    if (a !== b) {
      const key = Math.min(a, b) * parts + Math.max(a, b);
      between.set(key, (between.get(key) ?? 0) + graph.weightOf(edge));
    }
  });
  const pairs = [...between.keys()].map((key) => [Math.floor(key / parts), key % parts] as const);
  const abstract = fromEdges({ numNodes: parts, edges: pairs, weights: [...between.values()], undirected: true });
  const { vectors } = laplacianSpectrum(abstract);
  const next = random.generator();
  const rows = Array.from({ length: parts }, (_, i) => Array.from({ length: dim }, (_f, f) => vectors[f + 1]?.[i] ?? 0.1 * (next() - 0.5))); // prettier-ignore
  return rows.map((row) => row.map((value) => value / Math.max(1e-9, Math.hypot(...row))));
}
