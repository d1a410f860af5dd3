import { tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { expectGradients, spread } from '../../../support/gradients';

test.each([
  ['split into one of its kind', (x: tf.Tensor) => tf.split(x, 1, 1)],
  ['split into one size', (x: tf.Tensor) => tf.split(x, [4], 1)],
  ['unstacked along one row', (x: tf.Tensor) => tf.unstack(x.reshape([1, 12]))],
  ['split into two', (x: tf.Tensor) => tf.split(x, 2, 1)],
  ['unstacked', (x: tf.Tensor) => tf.unstack(x, 1)]
])('what is %s has a gradient', (_name, pieces) => {
  tf.tidy(() => {
    // Another weight for each value, so that pieces in another order are another gradient.
    expectGradients((x) => tf.addN(pieces(x).map((piece, i) => piece.square().mul(i + 1).sum())), [spread([3, 4])]); // prettier-ignore
    expect(tf.grad((x) => tf.addN(pieces(x).map((piece) => piece.sum())))(tf.ones([3, 4])).shape).toEqual([3, 4]);
  });
});
