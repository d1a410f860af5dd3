import { core, models, prune, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { outputOf, setValue, valuesOf } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';
import { plantedRegression } from '../support/plantedRegression';

const mlp = (hidden: number[], seed: number) => models.mlp({ inputWidth: 2, hidden, outputWidth: 1, seed });

describe('[masked-bnn]', () => {
  test('of fifty nodes about as many count as the teacher has; the most probable network is masked, and shrinks', () => {
    const { seen, unseen } = plantedRegression(1, 80, 0.3);
    const student = mlp([50], 11);
    const values = valuesOf(student);
    const { model, report } = prune.bayesianMask(student, { ...seen, noise: 0.3, burnIn: 700, sweeps: 400, seed: 1 });
    const mean = report.active.reduce((a, b) => a + b, 0) / report.active.length;
    expect(report.active.length).toBe(40);
    expect(mean).toBeGreaterThan(2.5);
    expect(mean).toBeLessThan(10);
    expect(valuesOf(student)).toEqual(values);
    const before = outputOf(model, unseen.inputs);
    const size = prune.groups(model).get('0.hidden')?.size ?? [...prune.groups(model).values()].find(({ kind }) => kind === 'hidden')!.size; // prettier-ignore
    expect(size).toBeLessThan(12);
    core.shrink(model);
    expectClose(outputOf(model, unseen.inputs), before, 1e-5);
    expect(model.countParameters()).toBe(size * 4 + 1);
    [student, model].forEach((each) => each.dispose());
  });

  test('masks alone, of two nodes: their shares are the posterior, enumerated', () => {
    const { inputs } = plantedRegression(3, 12, 0.3).seen;
    const network = mlp([2], 4);
    setValue(network, '1.weight', () => tf.tensor2d([[0.8], [-0.6]]));
    const noise = 0.5;
    const targets = tf.tensor2d(outputOf(network, inputs), [12, 1]).mul<tf.Tensor2D>(0.5);
    const penalty = 0.7;
    const [weight, bias, out, shift] = ['0.weight', '0.bias', '1.weight', '1.bias'].map((path) => network.parameters().get(path)!.variable.dataSync()); // prettier-ignore
    const x = inputs.arraySync();
    const wanted = targets.dataSync();
    const densities = [0, 1, 2, 3].map((mask) => {
      const on = [mask & 1, mask >> 1];
      const squares = x.reduce((sum, [a, b], row) => {
        const y = on.reduce((all, active, j) => all + active * Math.max(0, a * weight[j] + b * weight[2 + j] + bias[j]) * out[j], shift[0]); // prettier-ignore
        return sum + (wanted[row] - y) ** 2;
      }, 0);
      return Math.exp(-squares / (2 * noise ** 2) - penalty * (on[0] + on[1]));
    });
    const total = densities.reduce((a, b) => a + b, 0);
    const { report } = prune.bayesianMask(network, { inputs, targets, noise, prior: { penalty }, weights: false, burnIn: 100, sweeps: 20_000, every: 1, seed: 5 }); // prettier-ignore
    const [first, second] = report.inclusion[0];
    // Each is neither certain nor even, so that a wrong acceptance shows.
    const expected = [(densities[1] + densities[3]) / total, (densities[2] + densities[3]) / total];
    expected.forEach((share) => expect(Math.abs(share - 0.5)).toBeLessThan(0.45));
    expect(Math.abs(first - expected[0])).toBeLessThan(0.02);
    expect(Math.abs(second - expected[1])).toBeLessThan(0.02);
    const both = report.active.filter((each) => each === 2).length / 20_000;
    expect(Math.abs(both - densities[3] / total)).toBeLessThan(0.02);
    expect(report.accepted.weights).toBe(0);
    network.dispose();
  });

  test('an interval holds the noise and what samples differ by: by hand, where all give the same', () => {
    const { inputs, targets } = plantedRegression(3, 12, 0.3).seen;
    const network = mlp([2], 4);
    setValue(network, '1.weight', (value) => value.zerosLike());
    setValue(network, '1.bias', (value) => value.onesLike());
    const { predict } = prune.bayesianMask(network, { inputs, targets, noise: 0.5, weights: false, burnIn: 0, sweeps: 4000, every: 1 }); // prettier-ignore
    const { mean, low, high } = predict(inputs);
    expectClose(mean, new Float64Array(12).fill(1), 1e-9);
    // 1.645 deviations; of 4000 samples the quantile has an error of 0.017.
    low.forEach((value, i) => expect(Math.abs(value - (1 - 0.822)) + Math.abs(high[i] - 1.822)).toBeLessThan(0.12));
    network.dispose();
  });

  test('without data to speak of the posterior is the prior: nodes count with the odds of their penalty, weights are normal', () => {
    const inputs = tf.zeros([1, 2]) as tf.Tensor2D;
    const targets = tf.zeros([1, 1]) as tf.Tensor2D;
    const { report } = prune.bayesianMask(mlp([4, 3], 1), { inputs, targets, noise: 1e3, prior: { penalty: 1 }, burnIn: 200, sweeps: 6000, every: 2 }); // prettier-ignore
    const share = Math.exp(-1) / (1 + Math.exp(-1));
    report.inclusion.flat().forEach((each) => expect(Math.abs(each - share)).toBeLessThan(0.04));
  });

  test('a deeper network is followed exactly: its most probable sample fits as the chain said, whatever was taken back', () => {
    const { seen } = plantedRegression(6, 40, 0.1);
    const student = mlp([6, 5], 2);
    const { model, predict, report } = prune.bayesianMask(student, { ...seen, noise: 0.3, burnIn: 0, sweeps: 1, every: 1, prior: { penalty: 0 } }); // prettier-ignore
    // One sweep, one sample: what is predicted is what the model of that sample gives.
    expectClose(outputOf(model, seen.inputs), predict(seen.inputs).mean, 1e-4);
    expect(report.active[0]).toBe([...prune.groups(model).values()].filter(({ kind }) => kind === 'hidden').reduce((sum, { size }) => sum + size, 0)); // prettier-ignore
    const again = prune.bayesianMask(student, { ...seen, noise: 0.3, burnIn: 0, sweeps: 1, every: 1, prior: { penalty: 0 } }); // prettier-ignore
    expect(again.report.active).toEqual(report.active);
    expectNoLeak(() =>
      prune.bayesianMask(student, { ...seen, noise: 0.3, burnIn: 1, sweeps: 1, every: 1 }).model.dispose()
    );
    [student, model, again.model].forEach((each) => each.dispose());
  });

  test('what it cannot do is said', () => {
    const { seen } = plantedRegression(1, 10, 0.1);
    const student = mlp([3], 1);
    const run = (changes: object, model: models.Mlp = student) => () => prune.bayesianMask(model, { ...seen, noise: 0.1, sweeps: 2, every: 1, ...changes }); // prettier-ignore
    expect(run({ noise: 0 })).toThrow('prune.bayesianMask: noise must be a number');
    expect(run({ sweeps: 1, every: 2 })).toThrow('prune.bayesianMask: sweeps must be an integer of at least 2');
    expect(run({ prior: { penalty: -1 } })).toThrow('prune.bayesianMask: prior.penalty must be');
    expect(run({ targets: tf.zeros([9, 1]) })).toThrow('prune.bayesianMask: targets must be [10, 1]');
    expect(run({ inputs: tf.zeros([10, 3]) })).toThrow('prune.bayesianMask: inputs must be [n, 2]');
    expect(run({ targets: tf.fill([10, 1], NaN) })).toThrow('prune.bayesianMask: inputs and targets must be finite');
    expect(run({}, mlp([], 1))).toThrow('prune.bayesianMask: the model must be a models.mlp with a hidden layer');
    const gelu = models.mlp({ inputWidth: 2, hidden: [3], outputWidth: 1, activation: 'gelu' });
    expect(run({}, gelu)).toThrow('prune.bayesianMask: activation must be one of relu, silu, got gelu');
    expect(run({}, prune.unstructured(student, { sparsity: 0.5 }).model)).toThrow('prune.bayesianMask: the model must be whole'); // prettier-ignore
  });
});
