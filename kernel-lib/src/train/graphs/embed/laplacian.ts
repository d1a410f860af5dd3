import { expectInteger, given, Random } from '../../../base/core';
import { type Features, type Graph, subgraph } from '../../../base/graph';
import { laplacianSpectrum } from '../../../base/topology';

/** Options of `graph.embed.laplacian`. */
export interface LaplacianOptions {
  /** Eigenvectors, k. */
  dim: number;
  /** Seed of the sign of each eigenvector, which is arbitrary: another seed for each epoch keeps a network from trusting it. Default: the solver's. */
  seed?: number;
}

/**
 * Laplacian positional encodings (Dwivedi and Bresson, 2020, arXiv 2012.09699), [N, k]: what a node has in the eigenvectors of the normalised Laplacian of its graph with the smallest eigenvalues beside the first, times the root of the
 * number of nodes; 0 where a graph has fewer. Of a batch each graph has its own. Equal eigenvalues have any basis.
 *
 * @throws {SwitchyardError} where k is less than 1, an edge has no way back or its weight is below 0.
 */
export function laplacian(graph: Graph, options: LaplacianOptions): Features {
  const { dim, seed } = given('graph.embed.laplacian', options);
  expectInteger('graph.embed.laplacian', 'dim', dim, 1);
  const out = new Float32Array(graph.numNodes * dim);
  graphsOf(graph).forEach((nodes, i) => {
    const { vectors } = laplacianSpectrum(subgraph(graph, nodes));
    const next = seed === undefined ? () => 0 : Random.fromSeed(seed).child('graph.embed.laplacian').child(i).generator(); // prettier-ignore
    vectors.slice(1, dim + 1).forEach((vector, f) => {
      const scale = Math.sqrt(nodes.length) * (next() < 0.5 ? 1 : -1);
      nodes.forEach((node, at) => (out[node * dim + f] = scale * vector[at]));
    });
  });
  return { values: out, width: dim };
}

/** Nodes of each graph of a batch. */
export function graphsOf({ numNodes, numGraphs, graphOf }: Graph): number[][] {
  const all = Array.from({ length: numGraphs }, (): number[] => []);
  for (let node = 0; node < numNodes; node++) {
    all[graphOf?.[node] ?? 0].push(node);
  }
  return all;
}
