import { tf } from '../../../base/backend';
import { expectShape } from '../../../base/core';
import { adjacencyOf, type NodePairs, perGraph } from '../../../base/graph';
import { neighbourMean } from '../../../base/ops/graph';

/**
 * Basis of the linear maps of pairs of nodes to pairs of nodes that commute with every order of the nodes (Maron et al., 2019, arXiv 1812.09902), fifteen of them: rows of pairs [P, C] to [P, 15 C]. Of a pair (i, j): itself; the other
 * way round; the means over j and over i, and what i has with itself, at (i, j) by i and by j and where i = j; what all have in the mean, and all with themselves, everywhere and where i = j; and itself where i = j. Means are over the
 * nodes of a graph, so that sizes of graphs do not count.
 */
export function pairBasis(x: tf.Tensor2D, pairs: NodePairs): tf.Tensor2D {
  const { first, own } = pairs;
  expectShape('graph.pairBasis', x, [first.length, 'C']);
  return tf.tidy(() => {
    const { ofFirst, ofSecond, ofPairs, ofOwn, diagonal } = meansOf(pairs);
    const at = (rows: tf.Tensor, places: Int32Array): tf.Tensor => tf.gather(rows, tf.tensor1d(places, 'int32'));
    const onDiagonal = (rows: tf.Tensor): tf.Tensor => rows.mul(tf.tensor2d(diagonal, [first.length, 1]));
    const self = at(x, own) as tf.Tensor2D;
    // Rows of nodes: means over the second, over the first, and with themselves.
    const nodes = [neighbourMean(x, ofFirst), neighbourMean(x, ofSecond), self];
    const byNode = nodes.flatMap((rows) => [at(rows, first), at(rows, pairs.second), onDiagonal(at(rows, first))]);
    const graphs = [neighbourMean(x, ofPairs), neighbourMean(self, ofOwn)].map((rows) => at(rows, pairs.graphOf));
    // What is with itself stands where i = j once.
    return tf.concat([x, at(x, pairs.reversed), ...byNode, ...graphs, ...graphs.map(onDiagonal)], 1) as tf.Tensor2D;
  });
}

/** Adjacencies of pairs to nodes and graphs, once of each table. */
const meansOf = perGraph(({ first, second, reversed, own, graphOf, sizes }: NodePairs) => {
  const [pairs, nodes] = [first.length, own.length];
  const upTo = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => i);
  return {
    ofFirst: adjacencyOf(upTo(pairs), first, pairs, nodes),
    // Places in the order of the second node.
    ofSecond: adjacencyOf(reversed, first, pairs, nodes),
    ofPairs: adjacencyOf(upTo(pairs), graphOf, pairs, sizes.length),
    ofOwn: adjacencyOf(upTo(nodes), own.map((place) => graphOf[place]), nodes, sizes.length), // prettier-ignore
    diagonal: Float32Array.from(first, (node, place) => Number(node === second[place]))
  };
});
