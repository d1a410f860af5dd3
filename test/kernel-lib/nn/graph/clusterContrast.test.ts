import { graph, ops, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { spread } from '../../../support/gradients';
import { expectClose } from '../../../support/numeric';

test('negatives of the same cluster count nothing, uniform weights are plain InfoNCE; the centre of the own cluster by hand', () => {
  const weights = graph.clusterWeights([[0, 0, 1], [0, 1, 1]]); // prettier-ignore
  expectClose(weights, [0, 0.5, 1, 0.5, 0, 0.5, 1, 0.5, 0]);
  const [a, b] = [spread([3, 4]) as tf.Tensor2D, spread([3, 4], 5) as tf.Tensor2D];
  tf.tidy(() => {
    const plain = ops.infoNce(a, b, 0.5);
    expect(ops.infoNce(a, b, 0.5, tf.ones([3, 3]) as tf.Tensor2D).dataSync()[0]).toBe(plain.dataSync()[0]);
    // What does not count has no gradient, and the loss is that of the others alone.
    const shut = graph.clusterWeights([[0, 0, 1]]); // prettier-ignore
    const rows = (of: number[], from: tf.Tensor2D): tf.Tensor2D => from.gather(tf.tensor1d(of, 'int32'));
    const first = (loss: tf.Tensor): number => loss.dataSync()[0];
    const pairs = [[0, 2], [1, 2]].map((of) => 2 * first(ops.infoNce(rows(of, a), rows(of, b), 0.5))); // prettier-ignore
    const swapped = [[2, 0], [2, 1]].map((of) => 2 * first(ops.infoNce(rows(of, a), rows(of, b), 0.5))); // prettier-ignore
    expect(pairs.map((value, i) => Math.abs(value - swapped[i]) < 1e-5)).toEqual([true, true]);
    const grad = tf
      .grad((w: tf.Tensor) => ops.infoNce(a, b, 0.5, w as tf.Tensor2D))(shut)
      .arraySync() as number[][];
    expect([grad[0][1], grad[1][0], grad[0][0]]).toEqual([0, 0, 0]);
    expect(grad[0][2]).toBeGreaterThan(0.01);
    const unit = (x: tf.Tensor): tf.Tensor => x.div(x.norm('euclidean', 1, true));
    const cos = tf.matMul(unit(a) as tf.Tensor2D, unit(b) as tf.Tensor2D, false, true).div(0.5).exp().arraySync() as number[][]; // prettier-ignore
    const wanted = [cos[0][0] / (cos[0][0] + cos[0][2]), cos[1][1] / (cos[1][1] + cos[1][2]), cos[2][2] / (cos[2][0] + cos[2][1] + cos[2][2])]; // prettier-ignore
    expectClose(ops.infoNce(a, b, 0.5, shut), [-wanted.reduce((sum, p) => sum + Math.log(p), 0) / 3], 1e-5);
    const told = [cos[0][1] / (cos[0][0] + cos[0][1]), cos[1][0] / (cos[1][0] + cos[1][1])];
    expectClose(graph.prototypeContrast(rows([0, 1], a), rows([0, 1], b), [1, 0], 0.5), [-(Math.log(told[0]) + Math.log(told[1])) / 2], 1e-5); // prettier-ignore
  });
  [a, b, weights].forEach((each) => each.dispose());
  expect(() => graph.clusterWeights([])).toThrow('graph.clusterWeights: clusterings must be of the same nodes, one at least, got []'); // prettier-ignore
});
