import { tf } from '@switchyard/kernel-lib';
import { linearScan } from '@switchyard/kernel-lib/dist/base/ops/linearScan.js';
import { matrixInverse } from '@switchyard/kernel-lib/dist/base/ops/matrixInverse.js';
import { describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../../../support/gradients';
import { expectClose, expectNoLeak } from '../../../support/numeric';

describe('linear scan', () => {
  test('by hand, of one position, of none, and its gradients', () => {
    tf.tidy(() => {
      const [a, b] = [[0.5, 0.5, 2], [1, 3, -1]].map((row) => tf.tensor3d(row, [1, 3, 1])); // prettier-ignore
      expectClose(linearScan(a, b), [1, 3.5, 6], 1e-6);
      expectClose(linearScan(a.slice([0, 0, 0], [1, 1, 1]), b.slice([0, 0, 0], [1, 1, 1])), [1], 1e-6);
      expect(linearScan(tf.zeros([2, 0, 3]), tf.zeros([2, 0, 3])).shape).toEqual([2, 0, 3]);
    });
    const inputs = [spread([2, 4, 3]), spread([2, 4, 3], 5)];
    expectGradients((a, b) => linearScan(a as tf.Tensor3D, b as tf.Tensor3D), inputs, 1e-2);
    expectNoLeak(() => linearScan(inputs[0] as tf.Tensor3D, inputs[1] as tf.Tensor3D).dispose());
    tf.dispose(inputs);
    expect(() => linearScan(tf.ones([1, 2, 3]), tf.ones([1, 2, 4]))).toThrow('ops.linearScan: expects shape [1, 2, 4], got [1, 2, 3]'); // prettier-ignore
  });
});

describe('inverse of matrices', () => {
  const rows = [[0, 2, 1], [1, 0, 3], [4, -1, 0.5]]; // prettier-ignore

  test('times the matrix it is the identity, of one and of several, and its gradient is that of differences', () => {
    tf.tidy(() => {
      const x = tf.tensor2d(rows);
      expectClose(tf.matMul(x, matrixInverse(x)), tf.eye(3), 1e-5);
      const two = tf.stack([x, tf.eye(3).mul(4)]) as tf.Tensor3D;
      expectClose(matrixInverse(two).slice([1, 0, 0], [1, 3, 3]), tf.eye(3).div(4), 1e-6);
    });
    const x = tf.tensor2d(rows);
    expectGradients((of) => matrixInverse(of), [x], 1e-2);
    expectNoLeak(() => matrixInverse(x).dispose());
    x.dispose();
    expect(() => matrixInverse(tf.ones([2, 3]))).toThrow('ops.matrixInverse: expects shape [3, 3], got [2, 3]');
    expect(() => matrixInverse(tf.ones([4]))).toThrow('ops.matrixInverse: expects matrices [N, N] or [B, N, N], got [4]'); // prettier-ignore
  });

  test('without TensorFlow it is found by elimination, with pivots; a singular matrix is refused', () => {
    const native = tf.getBackend();
    const before = tf.tidy(() => [...matrixInverse(tf.tensor2d(rows)).dataSync()]);
    void tf.setBackend('cpu');
    try {
      tf.tidy(() => {
        expectClose(matrixInverse(tf.tensor3d([rows, rows])), [...before, ...before], 1e-5);
        expect(() => matrixInverse(tf.tensor2d([[1, 2], [2, 4]]))).toThrow('ops.matrixInverse: matrices must be regular, got a singular one'); // prettier-ignore
      });
    } finally {
      void tf.setBackend(native);
    }
  });
});
