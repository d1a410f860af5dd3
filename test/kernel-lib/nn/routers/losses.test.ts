import { routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectClose, finiteDifferences } from '../../../support/numeric';

const EXPERTS = 4;

/** Every token is undecided; choices go round the experts, so that all have the same load. */
function balanced(numTokens: number, k: number): routers.RoutedLayer {
  const indices = Array.from({ length: numTokens * k }, (_, choice) => choice % EXPERTS);
  return {
    probs: tf.fill([numTokens, EXPERTS], 1 / EXPERTS) as tf.Tensor2D,
    indices: tf.tensor2d(indices, [numTokens, k], 'int32')
  };
}

/** Every token is sure of one expert. */
function collapsed(numTokens: number, expert: number): routers.RoutedLayer {
  const indices = tf.fill([numTokens, 1], expert, 'int32') as tf.Tensor2D;
  return { probs: tf.oneHot(indices.flatten(), EXPERTS).toFloat() as tf.Tensor2D, indices };
}

describe('at perfect balance', () => {
  test.each([1, 2, 4])('k = %i: switch and gshard are 1, hf and perLayer are k', (k) => {
    tf.tidy(() => {
      const { probs, indices } = balanced(8, k);
      expectClose(routers.switchLoss(probs, indices), [1], 1e-6);
      expectClose(routers.hfLoss([{ probs, indices }, balanced(16, k)]), [k], 1e-6);
      expectClose(routers.perLayerLoss([{ probs, indices }, balanced(16, k)]), [k], 1e-6);
    });
  });

  test('gshard counts first choices only', () => {
    tf.tidy(() => {
      const { probs } = balanced(4, 2);
      const firstEven = tf.tensor2d([0, 3, 1, 3, 2, 3, 3, 0], [4, 2], 'int32');
      expectClose(routers.gshardLoss(probs, firstEven), [1], 1e-6);
      const sure = tf.tensor2d([[0.7, 0.1, 0.1, 0.1]]).tile([4, 1]) as tf.Tensor2D;
      const firstUneven = tf.tensor2d([0, 1, 0, 2, 0, 3, 1, 0], [4, 2], 'int32');
      expectClose(routers.gshardLoss(sure, firstUneven), [EXPERTS * (0.75 * 0.7 + 0.25 * 0.1)], 1e-6);
    });
  });
});

test('collapse onto one expert costs E', () => {
  tf.tidy(() => {
    const { probs, indices } = collapsed(6, 2);
    expectClose(routers.switchLoss(probs, indices), [EXPERTS], 1e-6);
    expectClose(routers.hfLoss([{ probs, indices }]), [EXPERTS], 1e-6);
  });
});

test('hf hides layers that lean to different experts; perLayer does not', () => {
  tf.tidy(() => {
    const layers = Array.from({ length: EXPERTS }, (_, expert) => collapsed(6, expert));
    expectClose(routers.hfLoss(layers), [1], 1e-6);
    expectClose(routers.perLayerLoss(layers), [EXPERTS], 1e-6);
  });
});

test('layers of different sizes do not pool', () => {
  tf.tidy(() => {
    const other = { probs: tf.ones([2, 3]) as tf.Tensor2D, indices: tf.zeros([2, 1], 'int32') as tf.Tensor2D };
    expect(() => routers.hfLoss([balanced(4, 1), other])).toThrow(
      'hfLoss: layers must have the same number of experts (4), got 3'
    );
  });
});

test('an unused choice counts nowhere', () => {
  tf.tidy(() => {
    const probs = tf.tensor2d([
      [0.5, 0.2, 0.2, 0.1],
      [0.1, 0.6, 0.2, 0.1]
    ]);
    const indices = tf.tensor2d([0, -1, 1, 2], [2, 2], 'int32');
    expectClose(routers.hfLoss([{ probs, indices }]), [(EXPERTS * (1 * 0.6 + 1 * 0.8 + 1 * 0.4)) / 4], 1e-6);
    // Of three choices, one each went to experts 0, 1 and 2.
    expectClose(routers.switchLoss(probs, indices), [(EXPERTS * (0.3 + 0.4 + 0.2)) / 3], 1e-6);
  });
});

test('router z-loss is the mean square of the log of the sum of exponentials', () => {
  tf.tidy(() => {
    expectClose(routers.routerZLoss(tf.zeros([3, EXPERTS])), [Math.log(EXPERTS) ** 2], 1e-6);
    const logits = tf.tensor2d([[1, 2, 3, 4]]);
    const sum = [1, 2, 3, 4].reduce((total, logit) => total + Math.exp(logit), 0);
    expectClose(routers.routerZLoss(logits), [Math.log(sum) ** 2], 1e-6);
  });
});

test.each([
  ['switch', routers.switchLoss],
  ['gshard', routers.gshardLoss],
  [
    'hf',
    (probs: tf.Tensor2D, indices: tf.Tensor2D) =>
      routers.hfLoss([
        { probs, indices },
        { probs: probs.square(), indices }
      ])
  ],
  ['perLayer', (probs: tf.Tensor2D, indices: tf.Tensor2D) => routers.perLayerLoss([{ probs, indices }])],
  ['z', (probs: tf.Tensor2D) => routers.routerZLoss(probs)]
] as const)('%s: gradient agrees with finite differences', (_name, loss) => {
  tf.tidy(() => {
    const probs = tf.softmax(tf.tensor2d([1, 2, 0, -1, 0, 0.5, 2, 1, -1, 1, 1, 0], [3, EXPERTS]));
    const indices = tf.tensor2d([1, 0, 2, 3, 1, 2], [3, 2], 'int32');
    const f = (x: tf.Tensor) => loss(x as tf.Tensor2D, indices);
    expectClose(tf.grad(f)(probs), finiteDifferences(f, probs), 1e-3);
  });
});
