/** @file Masks in a training: 0 is stored under them, passes read values as they are, and nothing else changes. */
import { core, models, prune, tf, train } from '@switchyard/kernel-lib';
import { useCustomOps } from '@switchyard/kernel-lib/dist/base/backend/index.js';
import { afterEach, expect, test } from 'vitest';
import { spread } from '../../../support/gradients';
import { expectClose, expectNoLeak } from '../../../support/numeric';
import { opsRun } from '../../../support/opsRun';

afterEach(() => useCustomOps(true));

const PATH = '0.weight';
const make = (): models.Mlp => models.mlp({ inputWidth: 6, hidden: [10], outputWidth: 4, seed: 3 });
const task = train.tasks.classification({ inputs: spread([64, 6]), labels: Array.from({ length: 64 }, (_, i) => (i * 7) % 4), batchSize: 8 }); // prettier-ignore
const OPTIONS = { steps: 12, seed: 5, learningRate: 0.05, weightDecay: 0.5, clipNorm: 0.3 };

const pruned = (): models.Mlp => {
  const model = make();
  const { model: masked } = prune.unstructured(model, { sparsity: 0.6 });
  model.dispose();
  return masked;
};
const valuesOf = (model: core.Module): number[][] =>
  [...model.parameters().values()].map((parameter) => tf.tidy(() => [...parameter.read().dataSync()]));
const maskOf = (model: core.Module): core.Buffer => core.masksAt(model, [PATH]).get(PATH)!;

/** Norms and values of six steps. */
function trained(model: core.Module): { norms: number[]; values: number[][] } {
  const run = train.stepper(model, task, OPTIONS);
  const norms = Array.from({ length: 6 }, () => run.step().gradientNorm);
  const values = valuesOf(model);
  run.dispose();
  model.dispose();
  return { norms, values };
}

/** The same masks as wrappings of which a training knows nothing: it multiplies by them at each reading. */
function wrapped(): core.Module {
  const masked = pruned();
  const plain = make();
  const parameters = plain.parameters();
  core.masksAt(masked, core.maskedPaths(masked)).forEach(({ variable }, path) => {
    const mask = tf.keep(variable.clone());
    parameters.get(path)!.wrap((value) => value.mul(mask));
  });
  masked.dispose();
  return plain;
}

test.each([true, false])(
  'a masked model is trained as one whose values are multiplied by the mask at each reading; custom ops: %s',
  (custom) => {
    useCustomOps(custom);
    const [held, multiplied] = [trained(pruned()), trained(wrapped())];
    expectClose(held.norms, multiplied.norms, 1e-6);
    held.values.forEach((values, i) => expectClose(values, multiplied.values[i], 1e-6));
    // The gradients are clipped by their norm, so that it counts.
    expect(Math.min(...held.norms)).toBeGreaterThan(OPTIONS.clipNorm);
  }
);

test('0 is stored under a mask from the first step on, and a step does not multiply by it', () => {
  const model = pruned();
  const parameter = model.parameters().get(PATH)!;
  const mask = maskOf(model).variable.dataSync();
  const under = (): number[] => [...parameter.variable.dataSync()].filter((_, i) => mask[i] === 0);
  expect(under().every((value) => value !== 0)).toBe(true);
  const run = train.stepper(model, task, OPTIONS);
  run.step();
  expect(under()).toEqual(under().map(() => 0));
  const products = (of: train.Stepper): number =>
    opsRun(() => of.step()).filter((op) => op === 'Mul' || op === 'SwitchyardElementwise').length;
  const plain = train.stepper(make(), task, OPTIONS);
  plain.step();
  expect(products(run)).toBe(products(plain));
  run.dispose();
  plain.dispose();
  model.dispose();
});

test('values and masks that are assigned between steps are masked as they are then', () => {
  const model = pruned();
  const run = train.stepper(model, task, OPTIONS);
  run.step();
  const parameter = model.parameters().get(PATH)!;
  const mask = maskOf(model);
  const opposite = tf.tidy(() => [...tf.sub(1, mask.variable).dataSync()]);
  tf.tidy(() => mask.assign(tf.tensor(opposite, mask.shape)));
  expect(valuesOf(model)[0].every((value) => value === 0)).toBe(true);
  tf.tidy(() => parameter.assign(tf.ones(parameter.shape)));
  expect(valuesOf(model)[0]).toEqual(opposite);
  run.step();
  valuesOf(model)[0].forEach((value, i) => expect(value !== 0).toBe(opposite[i] === 1));
  expect([...parameter.variable.dataSync()]).toEqual(valuesOf(model)[0]);
  run.dispose();
  model.dispose();
});

test('a mask of other values than 0 and 1 is multiplied with, and what is stored stays', () => {
  const model = pruned();
  const mask = maskOf(model);
  tf.tidy(() => mask.assign(tf.fill(mask.shape, 0.5)));
  const before = [...model.parameters().get(PATH)!.variable.dataSync()];
  expect(valuesOf(model)[0]).toEqual(before.map((value) => value / 2));
  const run = train.stepper(model, task, { ...OPTIONS, learningRate: 0 });
  run.step();
  expect([...model.parameters().get(PATH)!.variable.dataSync()]).toEqual(before);
  run.dispose();
  model.dispose();
});

test('a gradient outside of a training is masked, before and after one', () => {
  const model = pruned();
  const parameter = model.parameters().get(PATH)!;
  const mask = [...maskOf(model).variable.dataSync()];
  const gradient = (): number[] =>
    tf.tidy(() => [...tf.variableGrads(() => parameter.read().mul(3).sum(), [parameter.variable]).grads[parameter.variable.name].dataSync()]); // prettier-ignore
  expect(gradient()).toEqual(mask.map((kept) => 3 * kept));
  const run = train.stepper(model, task, OPTIONS);
  run.step();
  expect(gradient()).toEqual(mask.map((kept) => 3 * kept));
  run.dispose();
  model.dispose();
});

test('leaves nothing behind', () => {
  const model = pruned();
  const once = (): void => {
    const run = train.stepper(model, task, OPTIONS);
    run.step();
    run.dispose();
  };
  once();
  expectNoLeak(once);
  model.dispose();
});
