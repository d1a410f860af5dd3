import { executeSingle, hasCustomOps, tf } from '../../backend';
import { expectDtype, expectShape } from '../../core';
import type { Adjacency, CompressedRows } from '../../graph';
import { withGradient } from '../gradient';
import { segmentMax } from './neighbourMax';
import { int32, rowOf } from './rows';

/**
 * Softmax of scores of edges among those that enter one node, of each head alone; [M] or [M, H] to the same. The greatest score of a node is taken off first, so that scores of any size stay finite; where all
 * scores of a node are -Infinity (masked) its edges get 0.
 *
 * @throws {SwitchyardError} where there is not a score for each edge.
 */
export function edgeSoftmax<T extends tf.Tensor1D | tf.Tensor2D>(scores: T, graph: Adjacency): T {
  const where = 'graph.edgeSoftmax';
  expectDtype(where, 'scores', scores, 'float32');
  expectShape(where, scores, scores.rank === 1 ? [graph.numEdges] : [graph.numEdges, 'H']);
  const all = scores.rank === 1 ? scores.reshape<tf.Tensor2D>([graph.numEdges, 1]) : (scores as tf.Tensor2D);
  const shares = withGradient<tf.Tensor2D>(
    [all],
    (save) => {
      const y = softmax(all, graph.incoming);
      save([y]);
      return y;
    },
    (dy, [y]) => [gradient(dy, y as tf.Tensor2D, graph.incoming)]
  );
  return shares.reshape(scores.shape);
}

function softmax(scores: tf.Tensor2D, rows: CompressedRows): tf.Tensor2D {
  if (hasCustomOps()) {
    return executeSingle('SwitchyardGraphSoftmax', {}, [scores, int32(rows.starts)]) as tf.Tensor2D;
  }
  if (scores.size === 0) {
    return scores.clone();
  }
  const most = segmentMax(scores, rows);
  // Of a node whose scores are all -Infinity nothing is taken off, and they stay.
  const finite = tf.where(most.equal(-Infinity), tf.zerosLike(most), most);
  const raised = scores.sub(tf.gather(finite, int32(rowOf(rows)))).exp();
  const sums = segments(raised, rows);
  return raised.div(tf.gather(tf.where(sums.equal(0), tf.onesLike(sums), sums), int32(rowOf(rows))));
}

function gradient(dy: tf.Tensor2D, y: tf.Tensor2D, rows: CompressedRows): tf.Tensor2D {
  if (hasCustomOps()) {
    return executeSingle('SwitchyardGraphSoftmaxGrad', {}, [dy, y, int32(rows.starts)]) as tf.Tensor2D;
  }
  return y.size === 0 ? y.clone() : y.mul(dy.sub(tf.gather(segments(dy.mul(y), rows), int32(rowOf(rows)))));
}

function segments(x: tf.Tensor, rows: CompressedRows): tf.Tensor2D {
  return tf.unsortedSegmentSum(x, int32(rowOf(rows)), rows.starts.length - 1) as tf.Tensor2D;
}
