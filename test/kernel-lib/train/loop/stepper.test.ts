import { layers, core, tf, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { valuesOf } from '../../../support/networks';
import { expectNoLeak } from '../../../support/numeric';

const data = () => ({
  x: tf.tensor2d([
    [1, 2],
    [0, -1],
    [3, 1],
    [2, 2]
  ]),
  y: tf.tensor2d([[1], [2], [0], [-1]])
});
const make = () => new layers.Linear({ inputWidth: 2, outputWidth: 1, random: core.Random.fromSeed(1) });
const options = { steps: 5, seed: 3, learningRate: 0.05 };

test('its steps are those of a run, to the last digit', async () => {
  const { x, y } = data();
  const task = train.tasks.regression({ inputs: x, targets: y, batchSize: 2 });
  const [run, own] = [make(), make()];
  const { losses } = await train.fit(run, task, { ...options, progress: false });
  const stepper = train.stepper(own, task, options);
  const scalars = Array.from({ length: 5 }, () => stepper.step());
  expect(scalars.map((each) => each['loss/train'])).toEqual(losses);
  expect(valuesOf(own)).toEqual(valuesOf(run));
  expect(stepper.steps).toBe(5);
  expect(() => stepper.step()).toThrow('train.stepper: there are 5 steps, got step 6');
  [stepper, run, own, x, y].forEach((each) => each.dispose());
});

test('options and models that do not fit are refused under its own name, and nothing stays behind', () => {
  const { x, y } = data();
  const task = train.tasks.regression({ inputs: x, targets: y });
  const model = make();
  expect(() => train.stepper(model, task, { steps: 0 })).toThrow('train.stepper: steps must be');
  expectNoLeak(() => {
    const stepper = train.stepper(model, task, { steps: 2 });
    stepper.step();
    stepper.dispose();
  });
  model.parameters().forEach((parameter) => (parameter.trainable = false));
  expect(() => train.stepper(model, task, { steps: 2 })).toThrow('train.stepper: the model must have a parameter');
  [model, x, y].forEach((each) => each.dispose());
});
