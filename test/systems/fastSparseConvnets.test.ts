import { core, layers, models, prune, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { hasCustomOps } from '@switchyard/kernel-lib/dist/base/backend/index.js';
import { outputOf } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';
import { opsRun } from '../support/opsRun';

const random = core.Random.fromSeed(1);
/** Two 1 x 1 convolutions, with a biased one of 3 x 3 between them. */
class Separable extends core.Module {
  readonly kind = 'test-separable';
  readonly names = ['expand', 'middle', 'project'];
  constructor(channels: number) {
    super();
    const [inputs, inner, outputs] = [6, channels, 5].map((size) => core.Axis.of('channels', size));
    const conv = (name: string, from: core.Axis, to: core.Axis, size: number) =>
      this.addChild(name, new layers.Conv2d({ inputs: from, outputs: to, size, random: random.child(name) }));
    conv('expand', inputs, inner, 1);
    conv('middle', inner, inner, 3);
    conv('project', inner, outputs, 1);
  }
  override apply(x: tf.Tensor, ctx: core.Context): tf.Tensor {
    return tf.tidy(() => this.names.reduce((y, name) => this.children.get(name)!.apply(y, ctx.within(name)), x));
  }
}

describe('[fast-sparse-convnets]', () => {
  test('sparse 1 x 1 convolutions are the masked dense ones, by as many multiplications as values are left, times pixels', () => {
    const model = new Separable(16);
    const masks = core.masksAt(model, ['expand.weight', 'project.weight']);
    masks.forEach((mask, path) => mask.assign(tf.tidy(() => random.child(path).uniform(mask.shape).greater(0.7).toFloat()))); // prettier-ignore
    const counts = [...masks.values()].map(({ variable }) => variable.sum().dataSync()[0]);
    tf.tidy(() => model.parameters().forEach((each, path) => path.endsWith('bias') && each.assign(random.child(path).normal(each.shape)))); // prettier-ignore
    const images = random.child('x').normal([2, 7, 6, 6]);
    const dense = outputOf(model, images);
    const sparse = prune.sparseConvolutions(model);
    expect([...sparse.values]).toEqual([['expand', counts[0]], ['project', counts[1]]]); // prettier-ignore
    expectClose(outputOf(model, images), dense, 1e-5);
    expect(sparse.multiplications()).toBe((counts[0] + counts[1]) * 2 * 7 * 6);
    expect(opsRun(() => outputOf(model, images)).filter((op) => op === 'SwitchyardSparseMatMul').length).toBe(hasCustomOps() ? 2 : 0); // prettier-ignore
    expectNoLeak(() => outputOf(model, images));
    const counted = (counts[0] + counts[1]) * 2 * 7 * 6;
    expect(sparse.multiplications() % counted).toBe(0);
    const sofar = sparse.multiplications();
    // In training gradients go through the layers themselves.
    expectClose(outputOf(model, images, true), dense, 1e-5);
    sparse.stop();
    outputOf(model, images);
    expect(sparse.multiplications()).toBe(sofar);
    model.dispose();
  });

  test('a kernel of which nothing is left gives its bias', () => {
    const model = new Separable(8);
    core.masksAt(model, ['project.weight']).forEach((mask) => mask.assign(tf.tidy(() => tf.zeros(mask.shape))));
    const bias = [1, 2, 3, 4, 5];
    tf.tidy(() => model.parameters().get('project.bias')!.assign(tf.tensor1d(bias)));
    const sparse = prune.sparseConvolutions(model);
    expect(sparse.values.get('project')).toBe(0);
    expect(outputOf(model, tf.ones([1, 1, 1, 6]))).toEqual(Float32Array.from(bias));
    sparse.stop();
    model.dispose();
  });

  test('at 90 % sparsity the product takes less time than the same loops over the dense matrix', () => {
    const [inputs, outputs, pixels] = [128, 128, 784];
    const next = random.child('kernel').generator();
    const weights = Float32Array.from({ length: inputs * outputs }, () => (next() < 0.1 ? next() - 0.5 : 0));
    const x = Float32Array.from({ length: inputs * pixels }, next);
    const sparse = prune.compressRows(weights, inputs);
    // All values count, those that are 0 as well.
    const whole = { ...prune.compressRows(weights.map(() => 1), inputs), values: Float32Array.from({ length: weights.length }, (_, at) => weights[(at % inputs) * outputs + Math.floor(at / inputs)]) }; // prettier-ignore
    const timed = (matrix: prune.SparseMatrix): { milliseconds: number; y: Float32Array } => {
      const times = Array.from({ length: 5 }, () => {
        const began = performance.now();
        prune.multiplySparse(matrix, x, pixels);
        return performance.now() - began;
      });
      return { milliseconds: Math.min(...times), y: prune.multiplySparse(matrix, x, pixels) };
    };
    const [own, dense] = [timed(sparse), timed(whole)];
    expectClose(own.y, dense.y, 1e-5);
    expect(whole.values.length / sparse.values.length).toBeGreaterThan(8);
    expect(own.milliseconds).toBeLessThan(0.5 * dense.milliseconds);
  });

  test('a row by hand, and what does not fit is refused', () => {
    // Outputs [2 a, a + 3 c] of inputs a, b, c, over two pixels.
    const matrix = prune.compressRows(Float32Array.of(2, 1, 0, 0, 0, 3), 3);
    expect([[...matrix.starts], [...matrix.columns], [...matrix.values]]).toEqual([[0, 1, 3], [0, 0, 2], [2, 1, 3]]); // prettier-ignore
    expect([...prune.multiplySparse(matrix, Float32Array.of(1, 2, 10, 20, 100, 200), 2)]).toEqual([2, 4, 301, 602]);
    const mlp = models.mlp({ inputWidth: 2, hidden: [], outputWidth: 2 });
    expect(() => prune.sparseConvolutions(mlp)).toThrow('prune.sparseConvolutions: the model must have a 1 x 1 convolution without a stride, got mlp'); // prettier-ignore
    mlp.dispose();
  });
});
