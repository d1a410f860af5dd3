import { core, models, tf, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { outputOf, valuesOf } from '../../../support/networks';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const inputs = core.Random.fromSeed(1).normal([48, 5]);
const labels = Array.from({ length: 48 }, (_, i) => i % 3);
const task = train.tasks.classification({ inputs, labels, batchSize: 16 });
const make = (seed: number, hidden = 12) => models.mlp({ inputWidth: 5, hidden: [hidden, 4], outputWidth: 3, seed });

test('a student learns the features of a teacher, which stays; other modules learn the task', async () => {
  const [teacher, student] = [make(1, 9), make(2)];
  const before = valuesOf(teacher);
  const distilled = train.tasks.featureDistillation(task, { teacher, features: { 1: '1' }, weight: 10 });
  const featuresOf = (model: core.Module): Float32Array => {
    const [found] = core.captureInputs(
      model,
      inputs,
      (module): module is core.Module => module === model.modules().get('2')
    );
    const values = found.input.dataSync<'float32'>().slice();
    found.input.dispose();
    return values;
  };
  const apart = (): number => {
    const [own, wanted] = [featuresOf(student), featuresOf(teacher)];
    return own.reduce((sum, value, i) => sum + (value - wanted[i]) ** 2, 0);
  };
  const first = apart();
  await train.fit(student, distilled, { steps: 60, learningRate: 0.03, weightDecay: 0, progress: false });
  expect(apart()).toBeLessThan(0.2 * first);
  expect(valuesOf(teacher)).toEqual(before);
  [teacher, student].forEach((each) => each.dispose());
});

test('features of a teacher that is the student itself are met; nothing leaks, and no module stays intercepted', () => {
  const model = make(1);
  const distilled = train.tasks.featureDistillation(task, { teacher: model, features: { 0: '0', 1: '1' } });
  const batch = distilled.batch(1, 0);
  const lossOf = (): number =>
    tf.tidy(() => (distilled.loss(model, batch, core.Context.create()) as Record<string, tf.Scalar>).features.dataSync()[0]); // prettier-ignore
  expectClose([lossOf()], [0]);
  expectNoLeak(() => void lossOf());
  expect(Object.hasOwn(model.modules().get('0')!, 'apply')).toBe(false);
  model.dispose();
});

test('what does not fit is refused', () => {
  const [teacher, student] = [make(1, 9), make(2)];
  const of = (features: Record<string, string>) => train.tasks.featureDistillation(task, { teacher, features });
  expect(() => of({})).toThrow('train.tasks.featureDistillation: features must name modules, got none');
  expect(() => of({ 7: '0' }).on!(student)).toThrow('train.tasks.featureDistillation: features must name modules of the student, got 7'); // prettier-ignore
  const loss = (features: Record<string, string>, model = student) =>
    tf.tidy(() => of(features).loss(model, task.batch(1, 0), core.Context.create()));
  const where = 'train.tasks.featureDistillation: features of';
  expect(() => loss({ 0: '0' })).toThrow(`${where} "0" must be of the teacher's shape ([16, 9]), got [16, 12]`);
  // As many values together, of other shapes each.
  expect(() => loss({ 0: '1', 1: '0' }, teacher)).toThrow(`${where} "0" must be of the teacher's shape ([16, 4]), got [16, 9]`); // prettier-ignore
  expect(outputOf(student, inputs).length).toBe(144);
  [teacher, student].forEach((each) => each.dispose());
});
