import { executeSingle, isNative, tf } from '../backend';
import { expectShape, fail, showShape } from '../core';
import { withGradient } from './gradient';

/**
 * Inverse of square matrices, [N, N] or [B, N, N], with its gradient, `-X^-T dY X^-T`: by LU in TensorFlow, or by Gauss and Jordan with pivots on other backends.
 *
 * @throws {SwitchyardError} where matrices are not square; TensorFlow's own error where one is singular.
 */
export function matrixInverse<T extends tf.Tensor>(x: T): T {
  const where = 'ops.matrixInverse';
  if (x.rank !== 2 && x.rank !== 3) {
    fail(where, 'expects matrices [N, N] or [B, N, N]', showShape(x.shape));
  }
  const size = x.shape.at(-1)!;
  expectShape(where, x, x.rank === 2 ? [size, size] : ['B', size, size]);
  return withGradient<T>(
    [x],
    (save) => {
      const y = x.size === 0 ? x.clone() : isNative() ? executeSingle('MatrixInverse', { T: 'float32', adjoint: false }, [x]) : onHost(x); // prettier-ignore
      save([y]);
      return y as T;
    },
    (dy, [y]) => [tf.matMul(tf.matMul(y, dy, true, false), y, false, true).neg()]
  );
}

function onHost(x: tf.Tensor): tf.Tensor {
  const size = x.shape.at(-1)!;
  const values = x.dataSync();
  const out = new Float32Array(values.length);
  for (let from = 0; from < values.length; from += size * size) {
    const rows = Array.from({ length: size }, (_, i) => [...values.subarray(from + i * size, from + (i + 1) * size), ...Array.from({ length: size }, (_, j) => Number(i === j))]); // prettier-ignore
    eliminate(rows);
    rows.forEach((row, i) => out.set(row.slice(size), from + i * size));
  }
  return tf.tensor(out, x.shape);
}

function eliminate(rows: number[][]): void {
  rows.forEach((_, i) => {
    const pivot = rows.reduce((best, row, at) => (at >= i && Math.abs(row[i]) > Math.abs(rows[best][i]) ? at : best), i); // prettier-ignore
    [rows[i], rows[pivot]] = [rows[pivot], rows[i]];
    if (rows[i][i] === 0) {
      fail('ops.matrixInverse', 'matrices must be regular', 'a singular one');
    }
    const scale = rows[i][i];
    rows[i] = rows[i].map((value) => value / scale);
    rows.forEach((row, at) => {
      const factor = row[i];
      if (at !== i && factor !== 0) {
        rows[i].forEach((value, column) => (row[column] -= factor * value));
      }
    });
  });
}
