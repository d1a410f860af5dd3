import { executeSingle, tf } from '../../base/backend';
import { expectOneOf, expectShape, fail } from '../../base/core';
import { segmentSum, withGradient } from '../../base/ops';

/** Sum, mean or elementwise maximum of the messages that reach a node. */
export type Aggregation = 'sum' | 'mean' | 'max';

export const AGGREGATIONS: readonly Aggregation[] = ['sum', 'mean', 'max'];

/**
 * Messages [M, F] of edges, aggregated by the nodes that they lead to, [N, F]; 0 where none leads. The gradient of a maximum goes to the messages that have it, in equal shares where there are several.
 *
 * @param targets - Node that each message leads to, 0..N-1, int32 [M]; whoever makes the graph checks the range.
 */
export function aggregate(
  aggregation: Aggregation,
  messages: tf.Tensor2D,
  targets: tf.Tensor1D,
  numNodes: number
): tf.Tensor2D {
  expectOneOf('graph.aggregate', 'aggregation', aggregation, AGGREGATIONS);
  expectShape('graph.aggregate', messages, ['M', 'F']);
  expectShape('graph.aggregate', targets, [messages.shape[0]]);
  if (numNodes < 1) {
    fail('graph.aggregate', 'there must be a node', numNodes);
  }
  return tf.tidy(() => {
    if (aggregation === 'max') {
      return maximum(messages, targets, numNodes);
    }
    const sum = segmentSum(messages, targets, numNodes);
    return aggregation === 'sum' ? sum : sum.div<tf.Tensor2D>(degrees(targets, numNodes).maximum(1));
  });
}

/** Messages that lead to each node, [N, 1]. */
function degrees(targets: tf.Tensor1D, numNodes: number): tf.Tensor2D {
  return segmentSum(tf.ones([targets.size, 1]), targets, numNodes);
}

function maximum(messages: tf.Tensor2D, targets: tf.Tensor1D, numNodes: number): tf.Tensor2D {
  const ids = Int32Array.from(targets.dataSync());
  const of = (): tf.Tensor1D => tf.tensor1d(ids, 'int32');
  return withGradient<tf.Tensor2D>(
    [messages],
    (save) => {
      const attributes = { T: 'float32', Tindices: 'int32', Tnumsegments: 'int32' };
      const found = executeSingle('UnsortedSegmentMax', attributes, [messages, of(), tf.scalar(numNodes, 'int32')]);
      // A node that no message reaches has the lowest float, which becomes -0, and then 0.
      const y = found.mul<tf.Tensor2D>(degrees(of(), numNodes).minimum(1)).add<tf.Tensor2D>(0);
      save([messages, y]);
      return y;
    },
    (dy, [x, y]) => {
      const hits = x.equal(tf.gather(y, of())).toFloat() as tf.Tensor2D;
      const shares = hits.div(tf.gather(segmentSum(hits, of(), numNodes), of()).maximum(1));
      return [tf.gather(dy, of()).mul(shares)];
    }
  );
}
