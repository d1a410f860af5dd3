import { tf } from '../backend';
import { withGradient } from './gradient';
import type { DispatchPlan } from './planDispatch';

// Multiply-adds on padding, per expert, that cost as much as a product of its own (2 threads, TensorFlow 2.21).
const WORTH = 5e6;
// Bounds the memory: padded rows for each row.
const MOST_ROWS = 4;

/** Whether padding every expert to the largest one is faster than a product for each. */
export function paddingPays({ rows, numExperts, counts }: DispatchPlan, width: number, hiddenWidth: number): boolean {
  const longest = counts.reduce((a, b) => Math.max(a, b), 0);
  const wasted = longest - rows / numExperts;
  return rows > 0 && wasted * width * hiddenWidth <= WORTH && numExperts * longest <= MOST_ROWS * rows;
}

/** A grouped matmul as one batched product over [E, C, D], C rows of the fullest expert: a few ops, whatever E is. */
export function paddedMatMul(x: tf.Tensor2D, w: tf.Tensor3D, plan: DispatchPlan): tf.Tensor2D {
  return withGradient<tf.Tensor2D>(
    [x, w],
    (save) => {
      const padded = pad(x, plan);
      save([padded, w]);
      return unpad(tf.matMul(padded, w), plan);
    },
    (dy, [padded, w]) => {
      const dPadded = pad(dy, plan);
      return [unpad(tf.matMul(dPadded, w as tf.Tensor3D, false, true), plan), tf.matMul(padded, dPadded, true, false)];
    }
  );
}

// [R, D] to [E, C, D], zeros at the end of each expert.
function pad(x: tf.Tensor2D, plan: DispatchPlan): tf.Tensor3D {
  const { rows, numExperts } = plan;
  const { position, capacity } = layout(plan);
  const row = new Int32Array(numExperts * capacity).fill(rows);
  position.forEach((at, r) => (row[at] = r));
  const withZero = tf.concat([x, tf.zeros<tf.Rank.R2>([1, x.shape[1]])], 0);
  return tf.gather(withZero, tf.tensor1d(row, 'int32')).reshape([numExperts, capacity, x.shape[1]]);
}

// [E, C, H] to [R, H].
function unpad(y: tf.Tensor3D, plan: DispatchPlan): tf.Tensor2D {
  const flat = y.reshape<tf.Tensor2D>([-1, y.shape[2]]);
  return tf.gather(flat, tf.tensor1d(layout(plan).position, 'int32'));
}

// Where each row goes among the E * C padded ones; [R].
function layout({ rows, counts, offsets }: DispatchPlan): { position: Int32Array; capacity: number } {
  const capacity = counts.reduce((a, b) => Math.max(a, b), 0);
  const position = new Int32Array(rows);
  counts.forEach((count, expert) => {
    for (let i = 0; i < count; i++) {
      position[offsets[expert] + i] = expert * capacity + i;
    }
  });
  return { position, capacity };
}
