import { graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../../../../support/gradients';
import { expectClose, expectNoLeak } from '../../../../support/numeric';

const poles = (real: number[], imaginary: number[], weight: number[], turned: number[]): graph.Poles => ({ real: tf.tensor1d(real), imaginary: tf.tensor1d(imaginary), weight: tf.tensor1d(weight), turned: tf.tensor1d(turned) }); // prettier-ignore
const two = (): graph.Poles => poles([0.4, -0.7], [0.5, -0.8], [1.2, 0.3], [-0.6, 0.9]);
const symmetric = (count: number, size: number): tf.Tensor3D => tf.tidy(() => spread([count, size, size]).add(spread([count, size, size]).transpose([0, 2, 1])) as tf.Tensor3D); // prettier-ignore

describe('sum of resolvents', () => {
  test('of a 2 x 2 matrix by the inverse of a complex one', () => {
    const [a, b, c] = [0.3, -0.8, 1.1];
    const [x, y, w, v] = [0.4, 0.5, 1.2, -0.6];
    // (z - H)^-1 = [[z - c, b], [b, z - a]] / ((z - a)(z - c) - b^2), z = x + i y.
    const [re, im] = [(x - a) * (x - c) - y * y - b * b, y * (2 * x - a - c)];
    const over = (p: number, q: number): number => {
      // Re of (w + i v)(p + i q) / (re + i im).
      const [r, i] = [w * p - v * q, w * q + v * p];
      return (r * re + i * im) / (re * re + im * im);
    };
    tf.tidy(() => {
      const found = graph.resolventSum(tf.tensor3d([[[a, b], [b, c]]]), poles([x], [y], [w], [v])); // prettier-ignore
      expectClose(found, [over(x - c, y), over(b, 0), over(b, 0), over(x - a, y)], 1e-5);
    });
  });

  test('it is a function of the matrix: turned with it, symmetric, and alone for each matrix of a batch', () => {
    tf.tidy(() => {
      const h = symmetric(2, 3);
      const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
      const turn = tf.matMul(tf.tensor2d([[c, -s, 0], [s, c, 0], [0, 0, 1]]), tf.tensor2d([[1, 0, 0], [0, c, s], [0, -s, c]])).expandDims(0).tile([2, 1, 1]); // prettier-ignore
      const around = (of: tf.Tensor3D): tf.Tensor3D => tf.matMul(tf.matMul(turn as tf.Tensor3D, of), turn as tf.Tensor3D, false, true); // prettier-ignore
      const found = graph.resolventSum(h, two());
      expectClose(graph.resolventSum(around(h), two()), around(found), 1e-5);
      expectClose(found, found.transpose([0, 2, 1]), 1e-5);
      [0, 1].forEach((i) => expectClose(graph.resolventSum(h.slice([i, 0, 0], [1, 3, 3]), two()), found.slice([i, 0, 0], [1, 3, 3]), 1e-6)); // prettier-ignore
    });
  });

  test('poles add up; the conjugates of poles and weights give the same; far away it is the trace of the weights over the distance', () => {
    tf.tidy(() => {
      const h = symmetric(1, 3);
      const [first, second] = [poles([0.4], [0.5], [1.2], [-0.6]), poles([-0.7], [-0.8], [0.3], [0.9])];
      const all = graph.resolventSum(h, two());
      expectClose(graph.resolventSum(h, first).add(graph.resolventSum(h, second)), all, 1e-5);
      expectClose(graph.resolventSum(h, poles([0.4, -0.7], [-0.5, 0.8], [1.2, 0.3], [0.6, -0.9])), all, 1e-5);
      expectClose(graph.resolventSum(h, poles([1000], [0.1], [2000], [0])), tf.eye(3).mul(2), 1e-2);
      // Twice the weights, twice the sum.
      expectClose(graph.resolventSum(h, poles([0.4], [0.5], [2.4], [-1.2])), graph.resolventSum(h, first).mul(2), 1e-5); // prettier-ignore
    });
  });

  test('gradients of finite differences, by matrices, poles and weights', () => {
    const h = symmetric(2, 3);
    const { real, imaginary, weight, turned } = two();
    const inputs = [h, real, imaginary, weight, turned];
    expectGradients((of, ...rest) => {
      const [x, y, a, b] = rest as tf.Tensor1D[];
      return graph.resolventSum(of as tf.Tensor3D, { real: x, imaginary: y, weight: a, turned: b });
    }, inputs, 1e-2); // prettier-ignore
    expectNoLeak(() => graph.resolventSum(h, { real, imaginary, weight, turned }).dispose());
    tf.dispose(inputs);
  });

  test('what is refused', () => {
    tf.tidy(() => {
      const none = tf.tensor1d([]);
      expect(() => graph.resolventSum(tf.eye(2).expandDims(0), { real: none, imaginary: none, weight: none, turned: none })).toThrow('graph.resolventSum: there must be a pole, got 0'); // prettier-ignore
      expect(() => graph.resolventSum(tf.ones([1, 3, 2]), two())).toThrow('graph.resolventSum: expects shape [B, 3, 3], got [1, 3, 2]'); // prettier-ignore
      expect(() => graph.resolventSum(tf.eye(2).expandDims(0), { ...two(), turned: tf.ones([3]) })).toThrow('graph.resolventSum: expects shape [2], got [3]'); // prettier-ignore
    });
  });
});
