import { executeMultiple, executeSingle, hasCustomOps, tf } from '../../backend';
import type { Adjacency, CompressedRows } from '../../graph';
import { withGradient } from '../gradient';
import { expectRows } from './checked';
import { blocksOf, int32, rowOf } from './rows';

/** Values of M edges that are stored at a time where TensorFlow's own ops are composed. */
const STORED = 1 << 22;

/**
 * Greatest value of each feature among the nodes that lead to each, [S, F] to [R, F]; 0 where none leads. Where several edges have it the gradient goes to them in equal shares, so that it does not depend
 * on their order.
 *
 * @throws {SwitchyardError} where rows are too few or many.
 */
export function neighbourMax(x: tf.Tensor2D, graph: Adjacency): tf.Tensor2D {
  expectRows('graph.neighbourMax', 'x', x, graph.numSources);
  return withGradient<tf.Tensor2D>(
    [x],
    (save) => {
      const { y, ties } = greatest(x, graph.incoming);
      save([x, y, ties]);
      return y;
    },
    (dy, saved) => {
      const [x, y, ties] = saved as tf.Tensor2D[];
      return [shared(x, y, dy.div<tf.Tensor2D>(ties.maximum(1)), graph.outgoing)];
    }
  );
}

function greatest(x: tf.Tensor2D, rows: CompressedRows): { y: tf.Tensor2D; ties: tf.Tensor2D } {
  const { starts, neighbours } = rows;
  if (hasCustomOps()) {
    const [y, ties] = executeMultiple('SwitchyardGraphMax', {}, [x, int32(starts), int32(neighbours)], 2);
    return { y: y as tf.Tensor2D, ties: ties as tf.Tensor2D };
  }
  const [count, width] = [starts.length - 1, x.shape[1]];
  if (neighbours.length === 0 || width === 0) {
    return { y: tf.zeros([count, width]), ties: tf.zeros([count, width]) };
  }
  const filled = tf.tensor2d(Float32Array.from({ length: count }, (_, row) => Number(starts[row + 1] > starts[row])), [count, 1]); // prettier-ignore
  const parts = blocksOf(width, Math.max(1, Math.floor(STORED / neighbours.length))).map(([from, size]) =>
    tf.tidy(() => {
      const read = tf.gather(x.slice([0, from], [-1, size]), int32(neighbours));
      const most = segmentMax(read, rows);
      const hits = read.equal(tf.gather(most, int32(rowOf(rows)))).toFloat();
      const ties = tf.unsortedSegmentSum(hits, int32(rowOf(rows)), count) as tf.Tensor2D;
      // A row without edges has the lowest float, which becomes -0, and then 0.
      return { y: most.mul<tf.Tensor2D>(filled).add<tf.Tensor2D>(0), ties };
    })
  );
  return { y: tf.concat2d(parts.map(({ y }) => y), 1), ties: tf.concat2d(parts.map(({ ties }) => ties), 1) }; // prettier-ignore
}

/** Greatest of each column among the edges of each row, [M, F] to [R, F]; the lowest float where there is none. */
export function segmentMax(x: tf.Tensor2D, rows: CompressedRows): tf.Tensor2D {
  const attributes = { T: 'float32', Tindices: 'int32', Tnumsegments: 'int32' };
  const inputs = [x, int32(rowOf(rows)), tf.scalar(rows.starts.length - 1, 'int32')];
  return executeSingle('UnsortedSegmentMax', attributes, inputs) as tf.Tensor2D;
}

/** Shares of the rows whose greatest values the values of x are: what each row of x is due. */
function shared(x: tf.Tensor2D, y: tf.Tensor2D, shares: tf.Tensor2D, rows: CompressedRows): tf.Tensor2D {
  const { starts, neighbours } = rows;
  if (hasCustomOps()) {
    return executeSingle('SwitchyardGraphMaxGrad', {}, [x, y, shares, int32(starts), int32(neighbours)]) as tf.Tensor2D;
  }
  const [count, width] = x.shape;
  if (neighbours.length === 0 || width === 0) {
    return tf.zeros([count, width]);
  }
  const parts = blocksOf(width, Math.max(1, Math.floor(STORED / neighbours.length))).map(([from, size]) =>
    tf.tidy(() => {
      const read = (values: tf.Tensor2D, at: Int32Array): tf.Tensor2D =>
        tf.gather(values.slice([0, from], [-1, size]), int32(at));
      const hits = read(x, rowOf(rows)).equal(read(y, neighbours)).toFloat();
      return tf.unsortedSegmentSum(hits.mul(read(shares, neighbours)), int32(rowOf(rows)), count) as tf.Tensor2D;
    })
  );
  return tf.concat2d(parts, 1);
}
