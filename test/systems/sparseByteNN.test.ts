import { core, models, prune, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { outputOf, setValue } from '../support/networks';
import { expectClose } from '../support/numeric';

const readOf = (model: core.Module, path: string): Float32Array =>
  tf.tidy(() => model.parameters().get(path)!.read().dataSync<'float32'>().slice());
const x = core.Random.fromSeed(1).normal([9, 10]) as tf.Tensor2D;
const make = (): models.Mlp => models.mlp({ inputWidth: 10, hidden: [16, 12], outputWidth: 8, seed: 4 });

describe('[sparsebytenn]', () => {
  test('masks are groups: outputs of one lose the same inputs, each group as many', () => {
    const model = make();
    for (const rearrange of [true, false]) {
      const { model: masked } = prune.groupPattern(model, { sparsity: 0.3, groupSize: 4, rearrange });
      for (const [path, [inputs, outputs]] of Object.entries({
        '0.weight': [10, 16],
        '1.weight': [16, 12],
        '2.weight': [12, 8]
      })) {
        const mask = core.masksAt(masked, [path]).get(path)!.variable.dataSync();
        for (let group = 0; group < outputs / 4; group++) {
          const rows = Array.from({ length: inputs }, (_, i) => Array.from({ length: 4 }, (_, o) => mask[i * outputs + 4 * group + o])); // prettier-ignore
          expect(rows.every((row) => new Set(row).size === 1)).toBe(true);
          expect(rows.filter(([first]) => first === 1)).toHaveLength(inputs - Math.round(0.3 * inputs));
        }
      }
      masked.dispose();
    }
    model.dispose();
  });

  test('rearranged, the dense network computes the same, and at least as much is kept', () => {
    const model = make();
    const { model: dense } = prune.groupPattern(model, { sparsity: 0, groupSize: 4 });
    const { model: masked, report } = prune.groupPattern(model, { sparsity: 0.5, groupSize: 4 });
    expectClose(outputOf(dense, x), outputOf(model, x), 1e-5);
    // The order of a masked model is that of its own choice: without its masks it is the network too.
    core.maskedPaths(masked).forEach((path) => core.masksAt(masked, [path]).get(path)!.assign(tf.ones(masked.parameters().get(path)!.shape))); // prettier-ignore
    expectClose(outputOf(masked, x), outputOf(model, x), 1e-5);
    expect(readOf(masked, '0.weight')).not.toEqual(readOf(model, '0.weight'));
    Object.values(report.sizes).forEach(({ all, kept, keptInOrder }) => {
      expect(kept).toBeGreaterThanOrEqual(keptInOrder - 1e-4);
      expect(kept).toBeLessThan(all);
    });
    const total = (of: 'kept' | 'keptInOrder') => Object.values(report.sizes).reduce((sum, each) => sum + each[of], 0);
    expect(total('kept')).toBeGreaterThan(1.01 * total('keptInOrder'));
    [model, dense, masked].forEach((each) => each.dispose());
  });

  test('planted: units that read the same inputs find one another', () => {
    const model = models.mlp({ inputWidth: 4, hidden: [8], outputWidth: 2, seed: 1 });
    // Even units read the first two inputs, odd ones the others.
    setValue(model, '0.weight', () => tf.tensor2d([0, 1, 2, 3].map((input) => Array.from({ length: 8 }, (_, unit) => ((unit % 2 === 0) === (input < 2) ? 1 + unit : 0))))); // prettier-ignore
    const { report } = prune.groupPattern(model, { sparsity: 0.5, groupSize: 4, include: ['0.weight'] });
    const { all, kept, keptInOrder } = report.sizes['0.weight'];
    expect([all, kept, keptInOrder]).toEqual([72, 72, 40]);
    model.dispose();
  });

  test('packed, a matrix and a kernel give what they do masked, by as many multiplications as are left', () => {
    const model = make();
    const { model: masked } = prune.groupPattern(model, { sparsity: 0.5, groupSize: 4 });
    const packed = prune.packGroups(masked, '0.weight');
    expect(packed.multiplications).toBe(0.5 * 160);
    const linear = masked.modules().get('0')!;
    setValue(linear, 'bias', (bias) => tf.zerosLike(bias));
    expectClose(
      tf.tidy(() => packed.multiply(x).dataSync().slice()),
      outputOf(linear, x),
      1e-5
    );
    const network = models.resnet({ blocks: [1], channels: 8, classes: 2, stem: 'small', seed: 1 });
    const { model: sparse } = prune.groupPattern(network, { sparsity: 0.25, include: ['stages.**.conv2.weight'] });
    const path = 'stages.0.0.conv2.weight';
    const kernel = prune.packGroups(sparse, path);
    const convolution = sparse.modules().get('stages.0.0.conv2') as core.Module & { multiplied(x: tf.Tensor): tf.Tensor2D }; // prettier-ignore
    const images = core.Random.fromSeed(2).normal([1, 5, 5, 8]);
    expectClose(tf.tidy(() => kernel.multiply(convolution.multiplied(images)).dataSync().slice()), outputOf(convolution, images), 1e-5); // prettier-ignore
    [packed, kernel, model, masked, network, sparse].forEach((each) => each.dispose());
  });

  test('what does not fit is refused', () => {
    const model = make();
    expect(() => prune.groupPattern(model, { sparsity: 0.5, groupSize: 5 })).toThrow('prune.groupPattern: groupSize must divide the outputs of "0.weight" (16), got 5'); // prettier-ignore
    const { model: other } = prune.unstructured(model, { sparsity: 0.5 });
    expect(() => prune.packGroups(other, '2.weight')).toThrow('prune.packGroups: groups must read as many inputs each');
    [model, other].forEach((each) => each.dispose());
  });
});
