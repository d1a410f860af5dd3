/** @file What tasks refuse, in which words; and what a task of text tells who observes it. */
import { core, models, tf, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { expectClose } from '../../../support/numeric';
import { smallModel, smallText } from '../../../support/runs';

const { Context } = core;
const { tasks } = train;

const inputs = tf.tensor2d([[1, 2], [3, 4], [5, 6]]); // prettier-ignore
const labelled = (more: object = {}) => tasks.classification({ inputs, labels: [0, 1, 1], ...more });
const mlp = () => models.mlp({ inputWidth: 2, hidden: [3], outputWidth: 2 });
const paths = (more: object) => tasks.pathDistillation(labelled(), { short: [0], ...more });
const meta = (more: object) => tasks.metaPruning(labelled(), { networks: [mlp()], sparsity: 0.5, ...more });
const modules = (more: object) => tasks.moduleDistillation(labelled(), { meta: mlp(), at: '', teacher: mlp(), ...more }); // prettier-ignore
const where = (name: string) => `train.tasks.${name}:`;
const lossOf = (task: train.Task, model: core.Module) => () => tf.tidy(() => void task.loss(model, task.batch(1, 1), Context.create())); // prettier-ignore

// prettier-ignore
test.each<[string, () => unknown, string]>([
  ['flowPosterior', () => tasks.flowPosterior({ parts: [] }), `${where('flowPosterior')} there must be a part, got 0`],
  ['flowPosterior', () => tasks.flowPosterior({ parts: [inputs], batchSize: 0 }), `${where('flowPosterior')} batchSize must be an integer of at least 1, got 0`],
  ['metaPruning', () => meta({ networks: [] }), `${where('metaPruning')} networks must be trained ones, got none`],
  ['metaPruning', () => meta({ sparsity: 2 }), `${where('metaPruning')} sparsity must be a number 0..1, got 2`],
  ['metaPruning', lossOf(meta({}) as train.Task, mlp()), `${where('metaPruning')} the model must be a prune.metanetwork, got ${mlp().kind}`],
  ['moduleDistillation', () => modules({ at: 'nowhere' }), `${where('moduleDistillation')} at must name a module of the meta model, got nowhere`],
  ['moduleDistillation', () => modules({ temperature: 0 }), `${where('moduleDistillation')} temperature must be a number of at least 5e-324, got 0`],
  ['pathDistillation', () => paths({ short: [] }), `${where('pathDistillation')} short must name lengths, got none`],
  ['pathDistillation', () => paths({ short: [-1] }), `${where('pathDistillation')} short must be an integer of at least 0, got -1`],
  ['pathDistillation', () => paths({ temperature: 0 }), `${where('pathDistillation')} temperature must be a number of at least 5e-324, got 0`],
  ['pathDistillation', () => paths({ weight: -1 }), `${where('pathDistillation')} weight must be a number of at least 0, got -1`],
  ['pathDistillation', () => paths({}).on!(mlp()), `${where('pathDistillation')} the model must be a vision transformer with ensembleScale, got ${mlp().kind}`],
  ['classification', () => labelled({ labels: [0, -1, 1] }), `${where('classification')} labels must be whole numbers from 0, got -1`],
  ['classification', () => labelled({ labels: [0, 1] }), `${where('classification')} inputs and what belongs to them must have as many rows, at least one, got [3,2]`],
  ['classification', () => labelled({ batchSize: 0 }), `${where('classification')} batchSize must be an integer of at least 1, got 0`],
  ['regression', () => tasks.regression({ inputs, targets: inputs.slice([0, 0], [0, -1]) }), `${where('regression')} inputs and what belongs to them must have as many rows, at least one, got [3,0]`],
  ['regression', () => tasks.regression({ inputs, targets: inputs, batchSize: 0.5 }), `${where('regression')} batchSize must be an integer of at least 1, got 0.5`],
  ['distillation', () => tasks.distillation(labelled(), { teacher: mlp(), temperature: -1 }), `${where('distillation')} temperature must be a number of at least 5e-324, got -1`],
  ['distillation', () => tasks.distillation(labelled(), { teacher: mlp(), hardLoss: -1 }), `${where('distillation')} hardLoss must be a number of at least 0, got -1`],
  ['language', () => tasks.language(smallText(), { length: 0 }), `${where('language')} length must be an integer of at least 1, got 0`],
  ['language', () => tasks.language(smallText(), { batchSize: 0 }), `${where('language')} batchSize must be an integer of at least 1, got 0`],
  ['language', () => tasks.language(smallText(), { evaluateBatches: 0 }), `${where('language')} evaluateBatches must be an integer of at least 1, got 0`],
  ['language', () => tasks.language(smallText()).on!(smallModel({ vocabSize: 100 })), `${where('language')} the data's vocabulary must fit the model's (100), got 256`]
])('%s: %#', (_name, make, message) => {
  expect(make).toThrow(expect.objectContaining({ name: 'SwitchyardError', message }) as Error);
});

test('the loss of each token is told where somebody observes, and is meant', () => {
  const model = smallModel();
  const task = tasks.language(smallText(), { batchSize: 2, length: 8 }).on!(model);
  const told: Float32Array[] = [];
  const ctx = Context.create({ observers: [core.observer('losses', ({ losses }) => told.push(losses))] });
  const loss = tf.tidy(() => (task.loss(model, task.batch(1, 1), ctx) as tf.Scalar).dataSync()[0]);
  expect(told.map(({ length }) => length)).toEqual([16]);
  expectClose([told[0].reduce((sum, each) => sum + each, 0) / 16], [loss], 1e-5);
  ctx.dispose();
  model.dispose();
});

test('what is measured is what a model is asked of unseen rows: the same however many are asked at once', async () => {
  const model = mlp();
  const data = { inputs, labels: [0, 1, 1] };
  const measures = await Promise.all([1, 2, 3, 32].map((batchSize) => train.evaluate(model, labelled({ batchSize, validation: data })))); // prettier-ignore
  const logits = tf.tidy(() => (model.apply(inputs, Context.create()) as tf.Tensor2D).arraySync());
  const each = logits.map((row, i) => Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0)) - row[data.labels[i]]);
  const right = logits.filter(([a, b], i) => (b > a ? 1 : 0) === data.labels[i]).length;
  measures.forEach(({ loss, accuracy }) => {
    expect(loss).toBeCloseTo(each.reduce((a, b) => a + b) / 3, 5);
    expect(accuracy).toBeCloseTo(right / 3, 12);
  });
  model.dispose();
});
