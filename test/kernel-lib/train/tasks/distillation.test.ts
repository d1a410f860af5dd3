import { core, layers, tf, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { setValue, valuesOf } from '../../../support/networks';
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

test('by hand: summed over classes and a mean over rows, times T^2 (facebookresearch/deit#61)', () => {
  // Chances [3/4, 1/4] against [1/2, 1/2], at temperature 1 and 2; then each class as two of half its chance, which tell no less apart.
  const loss = (rows: number, logits: number[], temperature: number): number => {
    const given = (values: number[]): core.Module => {
      const module = new layers.Linear({ inputWidth: 1, outputWidth: values.length, bias: false, random: Random.fromSeed(1) }); // prettier-ignore
      setValue(module, 'weight', (weight) => tf.tensor(values, weight.shape));
      return module;
    };
    const inputs = tf.ones([rows, 1]) as tf.Tensor2D;
    const labelled = tasks.classification({ inputs, labels: new Array<number>(rows).fill(0), batchSize: rows });
    const [teacher, student] = [given(logits), given(logits.map(() => 0))];
    const task = tasks.distillation(labelled, { teacher, temperature });
    const value = tf.tidy(() => (task.loss(student, task.batch(1, 1), core.Context.create()) as { soft: tf.Scalar }).soft.dataSync()[0]); // prettier-ignore
    [inputs, teacher, student].forEach((each) => each.dispose());
    return value;
  };
  const apart = 0.75 * Math.log(1.5) + 0.25 * Math.log(0.5);
  const log3 = Math.log(3);
  expect(loss(1, [log3, 0], 1)).toBeCloseTo(apart, 5);
  expect(loss(8, [log3, 0], 1)).toBeCloseTo(apart, 5);
  expect(loss(3, [log3, log3, 0, 0], 1)).toBeCloseTo(apart, 5);
  expect(loss(3, [2 * log3, 0], 2)).toBeCloseTo(4 * apart, 5);
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
