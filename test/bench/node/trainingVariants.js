/** @file A whole training step of a transformer: forward, backward, clipping, AdamW, and the loss read. */
'use strict';

const { io, show, tf, train } = require('@switchyard/kernel-lib');
const { Trainer } = require('@switchyard/kernel-lib/dist/train/loop/trainer.js');
const { resolveOptions } = require('@switchyard/kernel-lib/dist/train/loop/options.js');
const { buildModel } = require('./exportModel');

const COMPARED_STEPS = 3;
// Small: Adam's first steps follow the sign of gradients, and that of the smallest ones is rounding.
const LEARNING_RATE = 1e-4;

function training({ telemetry }) {
  return ({ tensors, sizes }) => {
    const { batchSize, length, vocabSize } = sizes;
    const batch = { tokens: tensors.get('batch').values, batchSize, length, domains: new Int32Array(batchSize) };
    const start = () => startRun(tensors, sizes, telemetry, batch);
    let current = start();
    const results = () => {
      current.dispose();
      current = start();
      const values = Float32Array.from({ length: COMPARED_STEPS }, () => current.step());
      return { losses: { shape: [COMPARED_STEPS], values } };
    };
    return { run: () => current.step(), results, dispose: () => current.dispose(), vocabSize };
  };
}

function startRun(tensors, sizes, telemetry, batch) {
  const { batchSize, length, vocabSize } = sizes;
  const model = buildModel(sizes);
  for (const [path, variable] of io.modelVariables(model)) {
    tf.tidy(() => variable.assign(tf.tensor(tensors.get(path).values, variable.shape)));
  }
  const run = {
    steps: 1e6,
    learningRate: LEARNING_RATE,
    warmup: 0,
    schedule: 'constant',
    evaluateEvery: 0
  };
  const task = train.tasks.language({ vocabSize, domains: ['one'] }, { batchSize, length }).on(model);
  const trainer = new Trainer(model, task, resolveOptions(run, model));
  const watcher = telemetry ? watch(model, vocabSize) : null;
  const step = () => {
    watcher?.batch(batch);
    const scalars = trainer.trainStep(batch, watcher?.observers ?? []);
    watcher?.step({ step: trainer.step, totalSteps: run.steps, scalars });
    return scalars['loss/train'];
  };
  return { step, watcher, dispose: () => (trainer.dispose(), model.dispose()) };
}

function watch(model, vocabSize) {
  const watcher = show.routing();
  const decode = (token) => String.fromCharCode(token);
  const data = { vocabSize, domains: ['one'], decode };
  watcher.start({ runId: 'bench', model, task: { text: data }, totalSteps: 1e6, seed: 0 });
  return watcher;
}

/** A snapshot of the panel, after some steps of the run it shows. */
function snapshot({ tensors, sizes }) {
  const { batchSize, length } = sizes;
  const batch = { tokens: tensors.get('batch').values, batchSize, length, domains: new Int32Array(batchSize) };
  const current = startRun(tensors, sizes, true, batch);
  for (let i = 0; i < 8; i++) {
    current.step();
  }
  const run = () => void current.watcher.latest();
  return { run, results: () => ({}), dispose: () => current.dispose() };
}

module.exports = {
  VARIANTS: { ours: training({ telemetry: false }), watched: training({ telemetry: true }), snapshot }
};
