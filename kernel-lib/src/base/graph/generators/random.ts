import { expectInteger, expectNumber, fail, Random, given } from '../../core';
import { type Graph, fromEdges } from '../graph';

/** Options of `graph.generators.erdosRenyi`: a probability or a number of edges. */
export interface ErdosRenyiOptions {
  nodes: number;
  /** Probability of each edge, G(N, p). */
  probability?: number;
  /** Number of edges, G(N, M). */
  edges?: number;
  /** Whether each ordered pair is one of its own. Default false. */
  directed?: boolean;
  /** Default 0. */
  seed?: number;
}

/** Erdos-Renyi graph without loops: each pair with one probability, or so many pairs drawn evenly. */
export function erdosRenyi(options: ErdosRenyiOptions): Graph {
  const { nodes, probability, edges, directed = false, seed = 0 } = given('graph.generators.erdosRenyi', options);
  const where = 'graph.generators.erdosRenyi';
  expectInteger(where, 'nodes', nodes, 1);
  if ((probability === undefined) === (edges === undefined)) {
    fail(where, 'needs either a probability or a number of edges', { probability, edges });
  }
  const next = Random.fromSeed(seed).child(where).generator();
  const pairs = allPairs(nodes, directed);
  if (probability !== undefined) {
    expectNumber(where, 'probability', probability, 0, 1);
    return fromEdges({ numNodes: nodes, edges: pairs.filter(() => next() < probability), undirected: !directed });
  }
  expectInteger(where, 'edges', edges!, 0, pairs.length);
  const chosen = Random.fromSeed(seed).child(where).shuffle(pairs).slice(0, edges);
  return fromEdges({ numNodes: nodes, edges: chosen, undirected: !directed });
}

function allPairs(nodes: number, directed: boolean): [number, number][] {
  const out: [number, number][] = [];
  for (let i = 0; i < nodes; i++) {
    for (let j = directed ? 0 : i + 1; j < nodes; j++) {
      if (i !== j) {
        out.push([i, j]);
      }
    }
  }
  return out;
}

/** Options of `graph.generators.stochasticBlockModel`. */
export interface BlockModelOptions {
  /** Nodes of each block. */
  sizes: readonly number[];
  /** Probability of an edge between nodes of each two blocks, symmetric; [blocks][blocks]. */
  probabilities: readonly (readonly number[])[];
  /** Features of the nodes: normal around the centre of their block. Default: none. */
  features?: {
    width: number;
    /** Distance of a block's centre from 0, in a direction drawn for it, where noise has deviation 1. Default 1. */
    signal?: number;
  };
  /** Default 0. */
  seed?: number;
}

/** Stochastic block model (Holland, Laskey and Leinhardt, 1983), undirected and without loops; a node's type is its block, the planted truth. */
export function stochasticBlockModel(options: BlockModelOptions): Graph {
  const { sizes, probabilities, features, seed = 0 } = given('graph.generators.stochasticBlockModel', options);
  const where = 'graph.generators.stochasticBlockModel';
  sizes.forEach((size) => expectInteger(where, 'sizes', size, 1));
  if (
    sizes.length === 0 ||
    probabilities.length !== sizes.length ||
    probabilities.some((row) => row.length !== sizes.length)
  ) {
    fail(where, `probabilities must be [${sizes.length}][${sizes.length}], with a block at least`, probabilities);
  }
  probabilities.forEach((row, a) =>
    row.forEach((p, b) => {
      expectNumber(where, 'probabilities', p, 0, 1);
      if (p !== probabilities[b][a]) {
        fail(where, 'probabilities must be symmetric', [p, probabilities[b][a]]);
      }
    })
  );
  const nodeTypes = sizes.flatMap((size, block) => new Array<number>(size).fill(block));
  const random = Random.fromSeed(seed).child(where);
  const next = random.child('edges').generator();
  const edges = allPairs(nodeTypes.length, false).filter(([i, j]) => next() < probabilities[nodeTypes[i]][nodeTypes[j]]); // prettier-ignore
  const nodeFeatures = features && blockFeatures(where, nodeTypes, sizes.length, features, random.child('features'));
  return fromEdges({ numNodes: nodeTypes.length, edges, nodeTypes, nodeFeatures, undirected: true });
}

/** Features of nodes that are normal around a centre of their block. */
export function blockFeatures(
  where: string,
  blocks: readonly number[],
  count: number,
  { width, signal = 1 }: NonNullable<BlockModelOptions['features']>,
  random: Random
): { values: Float32Array; width: number } {
  expectInteger(where, 'features.width', width, 1);
  expectNumber(where, 'features.signal', signal, 0);
  const normal = normals(random.child('noise').generator());
  const direction = normals(random.child('centres').generator());
  const centres = Array.from({ length: count }, () => {
    const row = Array.from({ length: width }, direction);
    const length = Math.hypot(...row);
    return row.map((value) => (signal * value) / length);
  });
  const values = Float32Array.from(blocks.flatMap((block) => centres[block].map((value) => value + normal())));
  return { values, width };
}

/** Normal numbers of uniform ones (Box and Muller). */
export function normals(next: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}
