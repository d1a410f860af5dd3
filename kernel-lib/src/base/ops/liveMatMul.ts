import { executeSingle, hasCustomOps, tf } from '../backend';
import { expectDtype, expectShape, fail } from '../core';
import { withGradient } from './gradient';

/**
 * Product over the live inputs alone, [R, D] and [D, P] to [R, P]: `x[:, live] w[live]`, the rows of `w` read where they lie. Gradients reach both, and are 0 for what
 * is not live. One custom op where there are some, else TensorFlow's own, which copies the rows first.
 *
 * @param x - [R, D].
 * @param w - [D, P].
 * @param live - Inputs that count, 0..D-1; [L].
 */
export function liveInputsMatMul(x: tf.Tensor2D, w: tf.Tensor2D, live: Int32Array): tf.Tensor2D {
  const where = 'ops.liveInputsMatMul';
  expectShape(where, w, ['D', 'P']);
  expectShape(where, x, ['R', w.shape[0]]);
  expectLive(where, x, w, live);
  if (!hasCustomOps()) {
    return tf.tidy(() => tf.matMul(tf.gather(x, indices(live), 1), tf.gather(w, indices(live))));
  }
  return withGradient<tf.Tensor2D>(
    [x, w],
    (save) => {
      save([x, w]);
      return inputs(x, w, live, false);
    },
    (dy, [x, w]) => {
      const read = tf.gather(x as tf.Tensor2D, indices(live), 1);
      const dx = rowsAt(outputs(dy, w, live).transpose(), live, w.shape[0]).transpose();
      return [dx, rowsAt(tf.matMul(read, dy, true), live, w.shape[0])];
    }
  );
}

/**
 * Product for the live outputs alone, [R, D] and a matrix of whose rows each is an output's, [P, D], to [R, L]: `x w[live]^T`, the rows of `w` read where they lie.
 * Gradients reach both, and are 0 for what is not live. One custom op where there are some, else TensorFlow's own, which copies the rows first.
 *
 * @param x - [R, D].
 * @param w - [P, D].
 * @param live - Outputs that are wanted, 0..P-1; [L].
 */
export function liveOutputsMatMul(x: tf.Tensor2D, w: tf.Tensor2D, live: Int32Array): tf.Tensor2D {
  const where = 'ops.liveOutputsMatMul';
  expectShape(where, w, ['P', 'D']);
  expectShape(where, x, ['R', w.shape[1]]);
  expectLive(where, x, w, live);
  if (!hasCustomOps()) {
    return tf.tidy(() => tf.matMul(x, tf.gather(w, indices(live)), false, true));
  }
  return withGradient<tf.Tensor2D>(
    [x, w],
    (save) => {
      save([x, w]);
      return outputs(x, w, live);
    },
    (dy, [x, w]) => [inputs(dy, w, live, true), rowsAt(tf.matMul(dy, x as tf.Tensor2D, true), live, w.shape[0])]
  );
}

function expectLive(where: string, x: tf.Tensor, w: tf.Tensor, live: Int32Array): void {
  expectDtype(where, 'x', x, 'float32');
  expectDtype(where, 'w', w, 'float32');
  const rows = w.shape[0];
  const wrong = live.find((each) => each < 0 || each >= rows);
  if (wrong !== undefined) {
    fail(where, `live must be 0..${rows - 1}`, wrong);
  }
}

function inputs(x: tf.Tensor, w: tf.Tensor, live: Int32Array, compact: boolean): tf.Tensor2D {
  return executeSingle('SwitchyardLiveInputs', { compact }, [x, w, indices(live)]) as tf.Tensor2D;
}

function outputs(x: tf.Tensor, w: tf.Tensor, live: Int32Array): tf.Tensor2D {
  return executeSingle('SwitchyardLiveOutputs', {}, [x, w, indices(live)]) as tf.Tensor2D;
}

const indices = (live: Int32Array): tf.Tensor1D => tf.tensor1d(live, 'int32');

/** Rows [L, N] at their places among [count, N], zeros elsewhere. */
function rowsAt(rows: tf.Tensor, live: Int32Array, count: number): tf.Tensor2D {
  return tf.unsortedSegmentSum(rows, indices(live), count) as tf.Tensor2D;
}
