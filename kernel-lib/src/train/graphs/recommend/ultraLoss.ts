import { tf } from '../../../base/backend';
import { expectNumber, expectShape, fail, given } from '../../../base/core';
import type { Graph, NodePair } from '../../../base/graph';
import { embed } from '../../../base/ops';
import { constraintWeights } from './constraintWeights';

/** Options of `graph.recommend.ultraLoss`. */
export interface UltraLossOptions {
  /** Choices of users, undirected, for the weights of the constraint. */
  graph: Graph;
  /** Users with an item that each chose, B of them, one at least. */
  positives: readonly NodePair[];
  /** Users with items that stand for those they did not choose. */
  negatives: readonly NodePair[];
  /** Weight of the constraint, lambda. Default 1. */
  constraint?: number;
  /** Items that go with each item, of `graph.recommend.coOccurrence`. Default: none. */
  similar?: Graph;
  /** Weight of what goes with an item, gamma. Default 1. */
  similarity?: number;
}

/**
 * Loss of recommendation without message passing (UltraGCN, arXiv 2110.15114), embeddings of users and items [N, F] to a scalar: cross entropy of chosen and unchosen pairs, each of weight `1 + lambda beta` with beta those of
 * `graph.recommend.constraintWeights`, and of the user with the items that go with a chosen one, times their weights and gamma; the sum over all, over B. Embeddings of pairs that are not named have no gradient.
 *
 * @throws {SwitchyardError} where there is no positive pair, rows are not as many as nodes, or a weight is below 0.
 */
export function ultraLoss(embeddings: tf.Tensor2D, options: UltraLossOptions): tf.Scalar {
  const where = 'graph.recommend.ultraLoss';
  const { graph, positives, negatives, constraint = 1, similar, similarity = 1 } = given(where, options);
  expectShape(where, embeddings, [graph.numNodes, 'F']);
  expectNumber(where, 'constraint', constraint, 0);
  expectNumber(where, 'similarity', similarity, 0);
  if (positives.length === 0) {
    fail(where, 'there must be a positive pair', 'none');
  }
  const constrained = (pairs: readonly NodePair[]): Float32Array =>
    constraintWeights(graph, pairs).map((beta) => 1 + constraint * beta);
  const [beside, weights] = similar === undefined ? [[], new Float32Array(0)] : goesWith(positives, similar, similarity); // prettier-ignore
  return tf.tidy(() => {
    const terms = [
      crossEntropy(embeddings, positives, constrained(positives), -1),
      crossEntropy(embeddings, negatives, constrained(negatives), 1),
      crossEntropy(embeddings, beside, weights, -1)
    ];
    return tf.addN(terms).div<tf.Scalar>(positives.length);
  });
}

/** Users with the items that go with those that they chose. */
function goesWith(positives: readonly NodePair[], similar: Graph, similarity: number): [NodePair[], Float32Array] {
  const { starts, neighbours, edges } = similar.outgoing;
  const pairs: NodePair[] = [];
  const weights: number[] = [];
  positives.forEach(([user, item]) => {
    for (let e = starts[item]; e < starts[item + 1]; e++) {
      pairs.push([user, neighbours[e]]);
      weights.push(similarity * similar.weightOf(edges[e]));
    }
  });
  return [pairs, Float32Array.from(weights)];
}

/** Sum of `weight log(1 + exp(sign score))`. */
function crossEntropy(
  embeddings: tf.Tensor2D,
  pairs: readonly NodePair[],
  weights: Float32Array,
  sign: 1 | -1
): tf.Scalar {
  if (pairs.length === 0) {
    return tf.scalar(0);
  }
  const [user, item] = [0, 1].map((end) => embed(embeddings, tf.tensor1d(pairs.map((pair) => pair[end]), 'int32'))); // prettier-ignore
  const scores = user.mul(item).sum(1);
  return scores.mul(sign).softplus().mul(tf.tensor1d(weights)).sum();
}
