import { tf } from '../../../base/backend';
import { expectShape, fail } from '../../../base/core';
import { type Graph, lineDigraph, perGraph } from '../../../base/graph';

/** Steps of Newton and Schulz from singular values in 0.5..1.5, after which they are 1 in single precision. */
const STEPS = 7;
/** Largest spectral norm of what scores add to the coin, so that no singular value falls below a half. */
const REACH = 0.5;

const WHERE = 'graph.unitaryWeights';

/** Nodes of one degree d: for each the edges of the line digraph from its d incoming to its d outgoing edges, and the coin of Grover. */
interface Blocks {
  degree: number;
  /** [nodes * d * d], by outgoing edge, then incoming. */
  edges: Int32Array;
  coins: Float32Array;
}

/**
 * Weights of the edges of a graph's line digraph that make it unitary (GUMP, arXiv 2403.11199), [E], from scores of those edges, [E]: `neighbourSum(x, graph.lineDigraph(g), weights)` keeps the norm of x, [M, F], whatever the
 * scores. The line digraph of an undirected graph falls into a block for each node, of its d incoming and d outgoing edges. A block is the unitary factor (polar decomposition) of Grover's coin, 2 / d less 1 where it turns
 * back, plus tanh of the scores over 2 d, which is never singular. Gradients reach the scores.
 *
 * @throws {SwitchyardError} where an edge has no way back, or edges are parallel.
 */
export function unitaryWeights(scores: tf.Tensor1D, graph: Graph): tf.Tensor1D {
  const { blocks, order } = blocksOf(graph);
  expectShape(WHERE, scores, [order.length]);
  if (order.length === 0) {
    return scores.clone();
  }
  return tf.tidy(() => {
    const parts = blocks.map(({ degree, edges, coins }) => {
      const shape: [number, number, number] = [edges.length / degree ** 2, degree, degree];
      const read = tf
        .gather(scores, tf.tensor1d(edges, 'int32'))
        .tanh()
        .mul(REACH / degree);
      return polar(read.reshape<tf.Tensor3D>(shape).add(tf.tensor3d(coins, shape))).flatten();
    });
    return tf.gather(tf.concat1d(parts), tf.tensor1d(order, 'int32'));
  });
}

/** Nearest unitary matrices of square ones, [B, d, d], whose singular values are in 0.5..1.5. */
function polar(matrices: tf.Tensor3D): tf.Tensor3D {
  let x = matrices;
  for (let step = 0; step < STEPS; step++) {
    x = x.mul<tf.Tensor3D>(1.5).sub(tf.matMul(x, tf.matMul(x, x, true)).mul(0.5));
  }
  return x;
}

const blocksOf = perGraph((graph: Graph): { blocks: Blocks[]; order: Int32Array } => {
  const { incoming, outgoing, numNodes } = graph;
  const line = lineDigraph(graph);
  const back = waysBack(graph);
  const at = new Map<number, { edges: number[]; coins: number[] }>();
  for (let node = 0; node < numNodes; node++) {
    const degree = incoming.starts[node + 1] - incoming.starts[node];
    const { edges, coins } = at.get(degree) ?? at.set(degree, { edges: [], coins: [] }).get(degree)!;
    for (let e = outgoing.starts[node]; e < outgoing.starts[node + 1]; e++) {
      const leaving = outgoing.edges[e];
      for (let i = line.incoming.starts[leaving]; i < line.incoming.starts[leaving + 1]; i++) {
        edges.push(i);
        coins.push(2 / degree - Number(back[leaving] === line.sources[i]));
      }
    }
  }
  at.delete(0);
  const blocks = [...at].map(([degree, { edges, coins }]) => ({ degree, edges: Int32Array.from(edges), coins: Float32Array.from(coins) })); // prettier-ignore
  const order = new Int32Array(line.numEdges);
  let place = 0;
  blocks.forEach(({ edges }) => edges.forEach((edge) => (order[edge] = place++)));
  return { blocks, order };
});

/** The way back of each edge. */
function waysBack({ sources, targets, numNodes }: Graph): Int32Array {
  const key = (from: number, to: number): number => from * numNodes + to;
  const places = new Map<number, number>();
  sources.forEach((source, edge) => places.set(key(source, targets[edge]), edge));
  if (places.size !== sources.length) {
    fail(WHERE, 'edges must not be parallel (graph.coalesce)', `${sources.length - places.size} that are`);
  }
  return sources.map((source, edge) => places.get(key(targets[edge], source)) ?? fail(WHERE, 'each edge must have its way back', `${source} to ${targets[edge]}`)); // prettier-ignore
}
