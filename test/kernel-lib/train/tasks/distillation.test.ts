import { core, layers, tf, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { valuesOf } from '../../../support/networks';
import { smallModel, smallText } from '../../../support/runs';

const { Random } = core;
const { tasks } = train;

test('a student comes to say what its teacher says, whatever the labels, and the teacher stays as it is', async () => {
  const inputs = Random.fromSeed(1).normal([40, 3]) as tf.Tensor2D;
  const linear = (seed: number) => new layers.Linear({ inputWidth: 3, outputWidth: 4, random: Random.fromSeed(seed) });
  const [teacher, student] = [linear(1), linear(2)];
  const before = valuesOf(teacher);
  const chances = (model: core.Module) =>
    tf.tidy(() => tf.softmax(model.apply(inputs, core.Context.create())).dataSync<'float32'>());
  const apart = () => Math.max(...chances(student).map((p, i) => Math.abs(p - chances(teacher)[i])));
  expect(apart()).toBeGreaterThan(0.3);
  const labelled = tasks.classification({ inputs, labels: new Array<number>(40).fill(0), batchSize: 40 });
  const task = tasks.distillation(labelled, { teacher, temperature: 3 });
  await train.fit(student, task, { steps: 200, learningRate: 0.05, weightDecay: 0, progress: false });
  expect(apart()).toBeLessThan(0.02);
  expect(valuesOf(teacher)).toEqual(before);
  inputs.dispose();
  [teacher, student].forEach((model) => model.dispose());
});

test('a language model is distilled on text, and measured and shown as one', async () => {
  const [teacher, student] = [smallModel({ seed: 1 }), smallModel({ seed: 2, layers: 1 })];
  const task = tasks.distillation(tasks.language(smallText(), { batchSize: 4, evaluateBatches: 1 }), {
    ...{ teacher, temperature: 2, hardLoss: 0.5 }
  });
  const seen: [number | undefined, string[]][] = [];
  let batch: Parameters<NonNullable<train.Watcher['batch']>>[0] = null;
  const watch: train.Watcher = {
    ...{ start: ({ task: { text } }) => expect(text?.domains).toEqual(['lower', 'upper']), end() {} },
    batch: (tokens) => (batch = tokens),
    step: ({ scalars }) => seen.push([batch?.length, Object.keys(scalars).filter((name) => name.startsWith('loss/'))])
  };
  const result = await train.fit(student, task, { steps: 2, evaluateEvery: 2, watch, progress: false });
  const names = ['loss/train', 'loss/train/soft', 'loss/train/hard'];
  const validation = ['loss/validation', 'loss/validation/lower', 'loss/validation/upper'];
  expect(seen).toEqual([
    [16, names],
    [16, [...names, ...validation]]
  ]);
  expect(Object.keys(result.validation[0].domains)).toEqual(['lower', 'upper']);
  [teacher, student].forEach((model) => model.dispose());
});

test('refuses what does not fit', async () => {
  const inputs = tf.zeros([2, 3]);
  const linear = (outputWidth: number) => new layers.Linear({ inputWidth: 3, outputWidth, random: Random.fromSeed(1) });
  const [teacher, student] = [linear(4), linear(2)];
  const labelled = tasks.classification({ inputs, labels: [0, 1], batchSize: 2 });
  expect(() => tasks.distillation(labelled, { teacher, temperature: 0 })).toThrow(
    'temperature must be a number of at least'
  );
  expect(() => tasks.distillation(labelled, { teacher, hardLoss: -1 })).toThrow(
    'hardLoss must be a number of at least 0'
  );
  await expect(
    train.fit(student, tasks.distillation(labelled, { teacher }), { steps: 1, progress: false })
  ).rejects.toThrow("the student must give logits of the teacher's shape [2, 4], got [2, 2]");
  inputs.dispose();
  [teacher, student].forEach((model) => model.dispose());
});
