import { compress, core, models, tf, train } from '@switchyard/kernel-lib';
import { afterAll, describe, expect, test } from 'vitest';
import { outputOf, setValue } from '../support/networks';
import { expectClose } from '../support/numeric';

const [INPUTS, OUTPUTS] = [20, 16];
const random = core.Random.fromSeed(4);
/** Targets of a teacher of rank 4, and some noise. */
const inputs = random.child('x').normal([256, INPUTS]) as tf.Tensor2D;
const [left, right] = [random.child('left').normal([INPUTS, 4]), random.child('right').normal([4, OUTPUTS])];
const targets = tf.tidy(() =>
  tf.matMul(tf.matMul(inputs, left), right).add(random.child('noise').normal([256, OUTPUTS], 0, 0.5))
);
const task = train.tasks.regression({ inputs, targets, batchSize: 256 });
afterAll(() => tf.dispose([inputs, targets, left, right]));

/** A linear map whose matrix is factored to a rank. */
function factored(rank: number): models.Mlp {
  const dense = models.mlp({ inputWidth: INPUTS, hidden: [], outputWidth: OUTPUTS, seed: 2 });
  const { model } = compress.lowRank(dense, { rank, include: ['0.weight'] });
  dense.dispose();
  return model;
}
const factor = (model: core.Module, name: string) => model.parameters().get(`0.${name}`)!.variable as unknown as tf.Tensor2D; // prettier-ignore
const product = (model: core.Module): tf.Tensor2D => tf.matMul(factor(model, 'down'), factor(model, 'up'));

describe('[dlrt]', () => {
  test('from too much and from too little, ranks settle at that of the teacher, with the loss of a dense map', async () => {
    // The best that any linear map with a bias does.
    const best = tf.tidy(() => {
      const [x, y] = [tf.concat2d([inputs, tf.ones([256, 1])], 1), targets as tf.Tensor2D];
      const gram = tf.matMul(x, x, true).arraySync() as number[][];
      const map = tf.tensor2d(solve(gram, tf.matMul(x, y, true).arraySync() as number[][]));
      return tf.matMul(x, map).sub(y).square().mean().dataSync()[0];
    });
    for (const rank of [7, 1]) {
      const model = factored(rank);
      const { losses, ranks } = await compress.dynamicalLowRank(model, task, { steps: 150, learningRate: 0.8, tolerance: 0.06 }); // prettier-ignore
      const own = ranks['0'].slice(-20);
      expect(Math.min(...own)).toBeGreaterThanOrEqual(4);
      expect(Math.max(...own)).toBeLessThanOrEqual(6);
      // All directions fit the noise a little better than four do.
      expect(losses.at(-1)!).toBeLessThan(1.1 * best);
      expect(models.build(model.spec).countParameters()).toBe(model.countParameters());
      model.dispose();
    }
  });

  test('one step at a fixed rank is the integrator, by hand', async () => {
    const model = factored(2);
    const [u0, s0, v0] = tf.tidy(() => {
      const [u, v] = [factor(model, 'down'), tf.transpose(factor(model, 'up'))].map((x) => tf.linalg.qr(x)[0] as tf.Tensor2D); // prettier-ignore
      return [u, tf.matMul(tf.matMul(u, product(model), true), v) as tf.Tensor2D, v];
    });
    const rate = 0.3;
    // Gradient of the mean squared error for the whole matrix W.
    const gradient = (w: tf.Tensor2D) => tf.matMul(inputs, tf.matMul(inputs, w).sub(targets), true).mul(2 / (256 * OUTPUTS)) as tf.Tensor2D; // prettier-ignore
    const expected = tf.tidy(() => {
      const w = tf.matMul(tf.matMul(u0, s0), v0, false, true) as tf.Tensor2D;
      const k = tf.matMul(u0, s0).sub(tf.matMul(gradient(w), v0).mul(rate)) as tf.Tensor2D;
      const l = tf.matMul(v0, s0, false, true).sub(tf.matMul(gradient(w), u0, true).mul(rate)) as tf.Tensor2D;
      const [u1, v1] = [k, l].map((x) => tf.linalg.qr(x)[0] as tf.Tensor2D);
      const s = tf.matMul(tf.matMul(u1, w, true), v1) as tf.Tensor2D;
      const between = tf.matMul(tf.matMul(u1, s), v1, false, true) as tf.Tensor2D;
      const moved = s.sub(tf.matMul(tf.matMul(u1, gradient(between), true), v1).mul(rate)) as tf.Tensor2D;
      return tf.matMul(tf.matMul(u1, moved), v1, false, true);
    });
    setValue(model, '0.bias', (bias) => tf.zerosLike(bias));
    await compress.dynamicalLowRank(model, task, { steps: 1, learningRate: rate, adaptive: false });
    expectClose(product(model), expected, 1e-4);
    expect(model.parameters().get('0.down')!.shape).toEqual([INPUTS, 2]);
    model.dispose();
    tf.dispose([u0, s0, v0, expected]);
  });

  test('the loss falls at each small step, one factor stays orthonormal, and nothing is ever as large as the matrix', async () => {
    const model = factored(3);
    const small = train.tasks.regression({ inputs: inputs.slice(0, 8), targets: targets.slice(0, 8), batchSize: 8 });
    const sizes: number[] = [];
    const { kernels } = await tf.profile(async () => {
      const { losses } = await compress.dynamicalLowRank(model, small, { steps: 6, learningRate: 0.05, tolerance: 0.05, maxRank: 5 }); // prettier-ignore
      sizes.push(...losses);
      return tf.scalar(0);
    });
    sizes.slice(1).forEach((loss, i) => expect(loss).toBeLessThanOrEqual(sizes[i]));
    // Bases of 2 r columns are what is largest; the matrix is 20 x 16.
    const largest = Math.max(...kernels.flatMap(({ outputShapes }) => outputShapes.map((shape) => shape.reduce((a, b) => a * b, 1)))); // prettier-ignore
    expect(largest).toBeLessThan(INPUTS * OUTPUTS);
    const gram = tf.tidy(() => tf.matMul(factor(model, 'up'), factor(model, 'up'), false, true).dataSync().slice()); // prettier-ignore
    const rank = Math.sqrt(gram.length);
    expectClose(gram, Array.from({ length: gram.length }, (_, i) => (i % (rank + 1) === 0 ? 1 : 0)), 1e-5); // prettier-ignore
    model.dispose();
  });

  test('nothing leaks, other parameters are trained too, and a model without factors is refused', async () => {
    const model = factored(3);
    const bias = [...outputOf(model, tf.zeros([1, INPUTS]))];
    await compress.dynamicalLowRank(model, task, { steps: 1 });
    const before = tf.memory().numTensors;
    await compress.dynamicalLowRank(model, task, { steps: 3 });
    expect(tf.memory().numTensors).toBe(before);
    expect([...outputOf(model, tf.zeros([1, INPUTS]))]).not.toEqual(bias);
    const dense = models.mlp({ inputWidth: INPUTS, hidden: [], outputWidth: OUTPUTS });
    await expect(compress.dynamicalLowRank(dense, task, { steps: 1 })).rejects.toThrow('compress.dynamicalLowRank: the model must have factored linear layers'); // prettier-ignore
    model.parameters().get('0.down')!.axes[1].keep([0, 2]);
    await expect(compress.dynamicalLowRank(model, task, { steps: 1 })).rejects.toThrow('compress.dynamicalLowRank: a factored layer must be whole, without cuts that are masks, got 0'); // prettier-ignore
    [model, dense].forEach((each) => each.dispose());
  });
});

/** Solves symmetric `a x = b` by elimination. */
function solve(a: number[][], b: number[][]): number[][] {
  const rows = a.map((row, i) => [...row, ...b[i]]);
  rows.forEach((pivot, i) => {
    const scale = pivot[i];
    rows[i] = pivot.map((value) => value / scale);
    rows.forEach((row, j) => {
      if (j !== i) {
        const factorOf = row[i];
        rows[j] = row.map((value, k) => value - factorOf * rows[i][k]);
      }
    });
  });
  return rows.map((row) => row.slice(a.length));
}
