import { tf } from '../../backend';
import { type Adjacency, perGraph } from '../../graph';
import { fail } from '../../core';
import { withGradient } from '../gradient';
import { edgeWeights, expectRows } from './checked';
import { edgeDots } from './edgeDots';
import { rowSums } from './rowSums';

/** Weights of edges: a tensor, [M] or [M, H], which has a gradient, or numbers, [M], which have none. */
export type EdgeWeights = tf.Tensor | Float32Array;

/**
 * Sparse times dense over a graph: of each node the sum of what the nodes hold that lead to it, [S, F] to [R, F], each times the weight of the edge; 0 where none leads. Gradients reach x and the
 * weights. Rows of edges [M, F] are never stored, and the CPU gives the same bytes on any number of threads.
 *
 * @param weights - One number for each edge, [M], or one for each head, [M, H], for F / H features each. Default: 1. Not those of the graph, unless they are given. Numbers on the host are constants: no time
 * goes into a gradient of theirs.
 * @throws {SwitchyardError} where rows or weights are too few or many, or heads do not divide the features.
 */
export function neighbourSum(x: tf.Tensor2D, graph: Adjacency, weights?: EdgeWeights): tf.Tensor2D {
  const where = 'graph.neighbourSum';
  expectRows(where, 'x', x, graph.numSources);
  if (weights === undefined || weights instanceof Float32Array) {
    if (weights !== undefined && weights.length !== graph.numEdges) {
      fail(where, `weights must be as many as edges (${graph.numEdges})`, weights.length);
    }
    const constant = (): tf.Tensor2D | null =>
      weights === undefined ? null : tf.tensor2d(weights, [weights.length, 1]);
    return withGradient<tf.Tensor2D>(
      [x],
      () => rowSums(x, constant(), graph.incoming),
      // Unweighted, its gradient is the same op over the edges turned round, which has a gradient again.
      (dy) => [weights === undefined ? neighbourSum(dy, turned(graph)) : rowSums(dy, constant(), graph.outgoing)]
    );
  }
  const all = edgeWeights(where, weights, graph.numEdges, x.shape[1]);
  return withGradient<tf.Tensor2D>(
    [x, all],
    (save) => {
      save([x, all]);
      return rowSums(x, all, graph.incoming);
    },
    (dy, saved) => {
      const [x, all] = saved as tf.Tensor2D[];
      return [rowSums(dy, all, graph.outgoing), edgeDots(x, dy, all.shape[1], graph.incoming)];
    }
  );
}

/**
 * Mean of what the nodes hold that lead to each, [S, F] to [R, F]: {@link neighbourSum} over the number of edges; 0 where none leads. With weights, the sum of what is weighed over the number of edges.
 */
export function neighbourMean(x: tf.Tensor2D, graph: Adjacency, weights?: EdgeWeights): tf.Tensor2D {
  return tf.tidy(() => neighbourSum(x, graph, weights).mul(tf.tensor2d(shares(graph), [graph.numTargets, 1])));
}

/** Edges the other way, of the same numbers. */
const turned = perGraph((graph: Adjacency): Adjacency => ({
  ...{ numSources: graph.numTargets, numTargets: graph.numSources, numEdges: graph.numEdges },
  ...{ sources: graph.targets, targets: graph.sources },
  incoming: graph.outgoing,
  outgoing: graph.incoming
}));

/** 1 over the edges of each target, 1 where there are none. */
const shares = perGraph(({ incoming: { starts }, numTargets }: Adjacency) =>
  Float32Array.from({ length: numTargets }, (_, row) => 1 / Math.max(1, starts[row + 1] - starts[row]))
);
