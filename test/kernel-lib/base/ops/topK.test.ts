import { core, ops, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../../../support/gradients';
import { expectNoLeak } from '../../../support/numeric';

const { topK } = ops;

function run(scores: number[][], k: number): { values: number[][]; indices: number[][] } {
  const { values, indices } = topK(tf.tensor2d(scores), k);
  return { values: values.arraySync(), indices: indices.arraySync() };
}

describe('topK', () => {
  test('takes the largest first, and the lower index of equals', () => {
    const scores = [
      [1, 5, 5, 2],
      [0, 0, 0, 0],
      [-3, -1, -2, -Infinity]
    ];
    expect(run(scores, 2)).toEqual({
      values: [
        [5, 5],
        [0, 0],
        [-1, -2]
      ],
      indices: [
        [1, 2],
        [0, 1],
        [1, 2]
      ]
    });
  });

  test('k = E sorts the row', () => {
    expect(run([[2, 3, 1]], 3)).toEqual({ values: [[3, 2, 1]], indices: [[1, 0, 2]] });
  });

  test('one token, one expert', () => {
    expect(run([[7]], 1)).toEqual({ values: [[7]], indices: [[0]] });
  });

  const VALUES = {
    'of any size': (draw: () => number) => draw() - 0.5,
    'with many equal': (draw: () => number) => Math.floor(4 * draw()),
    'with none finite among them': (draw: () => number) =>
      [NaN, Infinity, -Infinity, -0, 0, 1, draw()][Math.floor(7 * draw())]
  };
  // Sixteen rows are looked at together, and those behind them one by one; so are columns.
  test.each(Object.entries(VALUES))('values %s: each row in its order, whatever stands beside it', (_, value) => {
    for (const columns of [1, 3, 16, 33, 40]) {
      for (let k = 1; k <= Math.min(columns, 18); k++) {
        const draw = core.Random.fromSeed(100 * columns + k).generator();
        const rows = Array.from({ length: 35 }, () => Array.from({ length: columns }, () => Math.fround(value(draw))));
        const rank = (score: number): number => (Number.isNaN(score) ? Infinity : score);
        const order = rows.map((row) =>
          [...row.keys()].sort((a, b) => (rank(row[a]) === rank(row[b]) ? a - b : rank(row[b]) - rank(row[a])))
        );
        const { values, indices } = run(rows, k);
        expect(indices, `${k} of ${columns}`).toEqual(order.map((places) => places.slice(0, k)));
        expect(values).toEqual(order.map((places, t) => places.slice(0, k).map((place) => rows[t][place])));
      }
    }
  });

  test('NaN comes first and stays NaN', () => {
    const row = Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? NaN : i));
    const { values, indices } = run([row, row.map(() => NaN)], 101);
    expect(values[0].slice(0, 100)).toEqual(new Array(100).fill(NaN));
    expect(values[0][100]).toBe(299);
    expect(indices[1]).toEqual(Array.from({ length: 101 }, (_, i) => i));
  });

  test('the gradient goes to the chosen scores', () => {
    const scores = tf.tensor2d([
      [1, 3, 2],
      [6, 5, 4]
    ]);
    const weights = tf.tensor2d([
      [10, 20],
      [30, 40]
    ]);
    const gradient = tf.grad((s) =>
      topK(s as tf.Tensor2D, 2)
        .values.mul(weights)
        .sum()
    )(scores);
    expect([...gradient.dataSync()]).toEqual([0, 10, 20, 30, 40, 0]);
    expectGradients((s) => topK(s as tf.Tensor2D, 3).values.square(), [spread([4, 7])]);
  });

  test('indices can feed an op on the tape', () => {
    const table = tf.tensor1d([1, 2, 3]);
    const gradient = tf.grad((s) => {
      const { values, indices } = topK(s as tf.Tensor2D, 1);
      return tf
        .gather(table, indices.reshape([-1]))
        .mul(values.reshape([-1]))
        .sum();
    })(tf.tensor2d([[0, 4, 1]]));
    expect([...gradient.dataSync()]).toEqual([0, 2, 0]);
  });

  test.each([0, 4, 1.5, NaN])('k = %s of 3 is refused', (k) => {
    expect(() => topK(tf.zeros([2, 3]), k)).toThrow('topK: k must be an integer 1..3, got');
  });

  test('leaves only results behind', () => {
    const scores = spread([5, 6]) as tf.Tensor2D;
    expectNoLeak(() => topK(scores, 2), 2);
    expectNoLeak(() => tf.grad((s) => topK(s as tf.Tensor2D, 2).values.sum())(scores), 1);
  });
});
