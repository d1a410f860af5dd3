import { tf } from '../../../base/backend';
import { expectOneOf, expectShape, fail, given } from '../../../base/core';
import { type Adjacency, adjacencyOf, type Graph, perGraph } from '../../../base/graph';
import { edgeGather, neighbourMax, neighbourSum } from '../../../base/ops/graph';

/** Products and sums of a generalised Bellman-Ford iteration. */
export interface PathAlgebra {
  /** Effect of an edge on a path that it makes longer: "multiply" (as DistMult has it) or "add" (TransE). Default "multiply". */
  message?: 'multiply' | 'add';
  /** Rule that joins the paths that reach a node. Default "sum". */
  aggregation?: 'sum' | 'min' | 'max';
}

/** Options of `graph.bellmanFord`. */
export interface BellmanFordOptions extends PathAlgebra {
  /** Values of the edges in each step, [M, F] or [M, 1]: as many as there are steps. */
  edges: readonly tf.Tensor2D[];
}

/**
 * Generalised Bellman-Ford iteration (NBFNet, arXiv 2106.06935), boundary [N, F] to [N, F]: in each step a node holds the aggregate of what its sources held, each with its edge, and of its own boundary. With "multiply" and
 * "sum" it adds up the products along all paths of at most T edges; with "add" and "min" it is the shortest of them (a boundary of 0 at the source and of what is as good as infinite, say 1e30, elsewhere). Gradients reach
 * boundary and edges; a row is made for each edge.
 *
 * @throws {SwitchyardError} where rows are too few or many, or a name is none of the algebra.
 */
export function bellmanFord(boundary: tf.Tensor2D, graph: Graph, options: BellmanFordOptions): tf.Tensor2D {
  const { edges, ...algebra } = given('graph.bellmanFord', options);
  const where = 'graph.bellmanFord';
  expectShape(where, boundary, [graph.numNodes, 'F']);
  checkAlgebra(where, algebra);
  edges.forEach((each) => {
    expectShape(where, each, [graph.numEdges, 'F']);
    if (each.shape[1] !== 1 && each.shape[1] !== boundary.shape[1]) {
      fail(where, `edges must have 1 or ${boundary.shape[1]} values`, each.shape[1]);
    }
  });
  return tf.tidy(() => edges.reduce((nodes, each) => bellmanFordStep(nodes, boundary, each, graph, algebra), boundary.clone())); // prettier-ignore
}

/** Throws unless both names are known. */
export function checkAlgebra(where: string, { message = 'multiply', aggregation = 'sum' }: PathAlgebra): void {
  expectOneOf(where, 'message', message, ['multiply', 'add']);
  expectOneOf(where, 'aggregation', aggregation, ['sum', 'min', 'max']);
}

/** One step of {@link bellmanFord}. */
export function bellmanFordStep(
  nodes: tf.Tensor2D,
  boundary: tf.Tensor2D,
  edges: tf.Tensor2D,
  graph: Graph,
  { message = 'multiply', aggregation = 'sum' }: PathAlgebra
): tf.Tensor2D {
  const sources = edgeGather(nodes, graph, 'source');
  const longer = message === 'multiply' ? sources.mul(edges) : sources.add(edges);
  const all = tf.concat([longer, boundary], 0) as tf.Tensor2D;
  const into = withBoundary(graph);
  if (aggregation === 'sum') {
    return neighbourSum(all, into);
  }
  return aggregation === 'max' ? neighbourMax(all, into) : tf.scalar(0).sub(neighbourMax(all.neg<tf.Tensor2D>(), into));
}

/** Rows of the edges and, behind them, of the nodes' boundary, M + N sources, to the nodes that they reach. */
const withBoundary = perGraph(({ numNodes, numEdges, incoming: { starts } }: Graph): Adjacency => {
  const [sources, targets]: number[][] = [[], []];
  for (let node = 0; node < numNodes; node++) {
    for (let e = starts[node]; e < starts[node + 1]; e++) {
      sources.push(e);
      targets.push(node);
    }
    sources.push(numEdges + node);
    targets.push(node);
  }
  return adjacencyOf(Int32Array.from(sources), Int32Array.from(targets), numEdges + numNodes, numNodes);
});
