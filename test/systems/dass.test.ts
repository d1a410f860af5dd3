import { core, layers, nas, prune, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { outputOf, setValue } from '../support/networks';

const { Module, Random } = core;
const WIDTH = 8;
const linear = (seed: number): layers.Linear =>
  new layers.Linear({ inputWidth: WIDTH, outputWidth: WIDTH, bias: false, initializer: layers.constant(0.1), random: Random.fromSeed(seed) }); // prettier-ignore
/** Hadamard's matrix over the root of its size: a turn that mixes all axes alike. */
const sign = (i: number, j: number): number => ((i & j).toString(2).split('1').length % 2 === 1 ? 1 : -1);
const turn = tf.tensor2d(Array.from({ length: WIDTH }, (_, i) => Array.from({ length: WIDTH }, (_, j) => sign(i, j) / Math.sqrt(WIDTH)))); // prettier-ignore

/** A linear map behind a turn of the axes, whose output is off by a constant. */
class Turned extends Module {
  readonly kind = 'turned';
  readonly inner = this.addChild('inner', linear(1));

  override apply(x: tf.Tensor, ctx: core.Context): tf.Tensor {
    return tf.tidy(() => this.inner.apply(tf.matMul(x as tf.Tensor2D, turn), ctx.within('inner')).add(0.2)); // prettier-ignore
  }
}

/** Data made by a map that is diagonal in the turned axes, and full in the given ones. */
const inputs = spread([64, WIDTH]);
const targets = tf.tidy(() =>
  tf.matMul(inputs as tf.Tensor2D, turn).mul(tf.tensor1d([2, 0.5, 1.5, 1, 2.5, 0.7, 1.2, 1.8]))
);
const task = train.tasks.regression({ inputs, targets, batchSize: 64, validation: { inputs, targets } });

async function search(sparsity: number | null) {
  const model = new nas.MixedOperation({ operations: { plain: linear(0), turned: new Turned() }, random: Random.fromSeed(2) }); // prettier-ignore
  const masks = sparsity === null ? null : prune.learnedMasks(model, { sparsity });
  const report = await nas.darts(model, { task, validation: task, steps: 80, order: 'first', learningRate: 0.1, architectureRate: 0.1, weightDecay: 0, warmup: 0 }); // prettier-ignore
  return { model, masks, report };
}

describe('Search of networks for pruning [dass]', () => {
  test('judged as pruned, the operation that few weights serve is found; judged whole, the other, which pruning ruins', async () => {
    const [sparse, dense] = [await search(0.8), await search(null)];
    expect(dense.report.chosen).toEqual({ '': 'plain' });
    expect(sparse.report.chosen).toEqual({ '': 'turned' });
    expect(Object.values(sparse.report.parts['']).reduce((a, b) => a + b)).toBeCloseTo(1, 6);
    // 80 % of 64 are 51.2.
    Object.values(sparse.masks!.density()).forEach((density) => expect(density).toBeCloseTo(13 / 64, 6));
    nas.settle(sparse.model);
    expect(Object.keys(sparse.masks!.density())).toEqual(['turned.inner.weight']);
    const soft = outputOf(sparse.model, inputs);
    sparse.masks!.finish();
    expect(outputOf(sparse.model, inputs)).toEqual(soft);
    expect([...sparse.model.parameters().keys()]).toEqual(['turned.inner.weight']);
    expect([...sparse.model.buffers().keys()]).toEqual(['turned.inner.weightMask']);
    nas.settle(dense.model);
    // Scores as they begin are sizes: pruning by magnitude.
    prune.learnedMasks(dense.model, { sparsity: 0.8 }).finish();
    const errors = [await task.evaluate!(sparse.model), await task.evaluate!(dense.model)].map(({ loss }) => loss);
    expect(errors[0]).toBeLessThan(0.5 * errors[1]);
    [sparse.model, dense.model].forEach((each) => each.dispose());
  });

  test('by hand: values of the largest scores count, their gradient is what counts, and that of scores is the value times it', () => {
    const model = new layers.Linear({ inputWidth: 2, outputWidth: 2, bias: false, random: Random.fromSeed(0) });
    setValue(model, 'weight', () => tf.tensor2d([[3, -1], [0.5, -2]])); // prettier-ignore
    const masks = prune.learnedMasks(model, { sparsity: 0.5 });
    const x = tf.tensor2d([[1, 10]]);
    // 3 and -2 are left.
    expect([...outputOf(model, x)]).toEqual([3, -20]);
    const [weight, scores] = ['weight', 'weightScores.scores'].map((path) => model.parameters().get(path)!.variable);
    const { grads } = tf.variableGrads(() => model.apply(x, core.Context.create()).sum());
    expect([...grads[weight.name].dataSync()]).toEqual([1, 0, 0, 10]);
    expect([...grads[scores.name].dataSync()]).toEqual([3, -1, 5, -20]);
    // A score that outgrows another takes its place, and the value behind it counts as it is.
    setValue(model, 'weightScores.scores', () => tf.tensor2d([[3, 9], [0.5, 2]])); // prettier-ignore
    expect([...outputOf(model, x)]).toEqual([3, -1]);
    masks.finish();
    expect([...outputOf(model, x)]).toEqual([3, -1]);
    tf.dispose([grads, x]);
    model.dispose();
  });

  test('what is refused', () => {
    const model = linear(0);
    expect(() => prune.learnedMasks(model, { sparsity: 2 })).toThrow('prune.learnedMasks: sparsity must be a number 0..1, got 2'); // prettier-ignore
    expect(() => prune.learnedMasks(model, { sparsity: 0.5, include: ['nothing'] })).toThrow('prune.learnedMasks: include'); // prettier-ignore
    const before = tf.memory().numTensors;
    const masks = prune.learnedMasks(model, { sparsity: 0.5 });
    expect(() => prune.learnedMasks(model, { sparsity: 0.5 })).toThrow('prune.learnedMasks: a matrix must not be masked, got weight'); // prettier-ignore
    masks.finish();
    expect(() => prune.learnedMasks(model, { sparsity: 0.5 })).toThrow('prune.learnedMasks: a matrix must not be masked, got weight'); // prettier-ignore
    // The mask is what is left.
    expect(tf.memory().numTensors - before).toBe(1);
    model.dispose();
  });
});
