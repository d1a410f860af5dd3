'use strict';

const { inProcess } = require('../driver/inProcess');
const { interleave } = require('../driver/interleave');
const { digits, printTable } = require('../driver/table');

const ROWS = 256;
const MATRIX = 1024;
const ZEROS = [0.5, 0.8, 0.9, 0.95, 0.99];
const BLOCKS = { layers: 2, width: 512, heads: 8, hidden: 2048, vocabSize: 256, contextLength: 64, seed: 1 };
const RATIOS = [0.25, 0.5, 0.75];
/** Sizes of SmolLM2-135M. */
const REAL = {
  layers: 30,
  width: 576,
  heads: 9,
  groups: 3,
  hidden: 1536,
  vocabSize: 49152,
  contextLength: 64,
  seed: 1
};
const STEPS = 200;

/** What goes: products without zeros, shrunk models against their operations, how long grouping takes, and what a mask costs a step. */
async function pruning(bench) {
  // Read when TensorFlow loads, which is at the first `require`.
  Object.assign(process.env, { TF_NUM_INTRAOP_THREADS: String(bench.threads), TF_NUM_INTEROP_THREADS: '1' });
  const library = require('@switchyard/kernel-lib');
  await products(bench, library);
  await shrunk(bench, library);
  grouped(bench, library);
  await steps(bench, library);
}

/** Contestants in this process: their medians, in milliseconds. */
async function mediansOf(runs) {
  const contestants = runs.map((run, i) => ({ variant: String(i), name: '', worker: inProcess(run) }));
  return (await interleave(contestants)).map(({ medianMs }) => medianMs);
}

/** Compressed rows against the dense product of the same library. */
async function products(bench, { models, prune, tf }) {
  const layer = models.mlp({ inputWidth: MATRIX, hidden: [MATRIX], outputWidth: 2, seed: 1 });
  const x = tf.randomNormal([ROWS, MATRIX], 0, 1, 'float32', 1);
  const rows = [];
  for (const sparsity of ZEROS) {
    const { model } = prune.unstructured(layer, { sparsity, include: ['0.weight'] });
    const matrix = tf.tidy(() => model.parameters().get('0.weight').read().clone());
    const packed = prune.packSparse(model, '0.weight');
    const once = (f) => () => tf.tidy(() => void f().dataSync());
    const [dense, sparse] = await mediansOf([once(() => tf.matMul(x, matrix)), once(() => packed.multiply(x))]);
    const shape = `R${ROWS} D${MATRIX} P${MATRIX}`;
    bench.note({ name: 'packSparse', shape, direction: 'forward', variant: `${sparsity} zeros`, value: dense / sparse, unit: 'times dense' }); // prettier-ignore
    rows.push([`${100 * sparsity} %`, digits(dense), digits(sparse), digits(dense / sparse)]);
    packed.dispose();
    matrix.dispose();
    model.dispose();
  }
  x.dispose();
  layer.dispose();
  printTable(
    `${ROWS} rows times ${MATRIX} x ${MATRIX}`,
    ['zeros', 'dense ms', 'packSparse ms', 'dense / packSparse'],
    rows
  );
}

/** Time that goes over operations that go: 1 is all of the way. */
async function shrunk(bench, { core, models, prune, tf }) {
  const model = models.denseTransformer(BLOCKS);
  const inputs = tf.randomUniform([4, 64], 0, BLOCKS.vocabSize, 'int32', 1);
  const pass = (of) => () => tf.tidy(() => void of.apply(inputs, core.Context.create()).dataSync());
  const rows = [];
  for (const ratio of RATIOS) {
    const { model: small, report } = prune.structured(model, { ratio, include: ['**.hidden'] });
    const [whole, left] = await mediansOf([pass(model), pass(small)]);
    const operations = report.flops.after / report.flops.before;
    const way = (1 - left / whole) / (1 - operations);
    const shape = `L${BLOCKS.layers} d${BLOCKS.width} h${BLOCKS.hidden}`;
    bench.note({ name: 'structured', shape, direction: 'forward', variant: `${ratio} of hidden`, value: way, unit: 'of the way' }); // prettier-ignore
    rows.push([`${100 * ratio} %`, digits(whole), digits(left), digits(operations), digits(left / whole), digits(way)]);
    small.dispose();
  }
  model.dispose();
  inputs.dispose();
  const head = ['hidden goes', 'whole ms', 'shrunk ms', 'of the operations', 'of the time', 'of the way'];
  printTable(`Forward of 256 tokens, L${BLOCKS.layers} d${BLOCKS.width} h${BLOCKS.hidden}`, head, rows);
}

/** Grouping and shrinking a model of a real one's shape. */
function grouped(bench, { models, prune }) {
  const model = models.denseTransformer(REAL);
  const seconds = (f) => {
    const start = performance.now();
    const result = f();
    return [(performance.now() - start) / 1000, result];
  };
  const [grouping, found] = seconds(() => prune.groups(model));
  const [all, { model: small }] = seconds(() => prune.structured(model, { ratio: 0.2 }));
  const shape = `L${REAL.layers} d${REAL.width} h${REAL.hidden}`;
  bench.note({ name: 'structured', shape, direction: 'none', variant: 'group, score and shrink', value: all, unit: 's' }); // prettier-ignore
  printTable(`Structured pruning, ${shape}`, ['groups', 'grouping s', 'group, score and shrink s'], [[found.size, digits(grouping), digits(all)]]); // prettier-ignore
  small.dispose();
  model.dispose();
}

/** A training step with masks that stay, against one without. */
async function steps(bench, { models, prune, tf, train }) {
  const task = train.tasks.classification({
    inputs: tf.randomNormal([512, 512], 0, 1, 'float32', 1),
    labels: Array.from({ length: 512 }, (_, i) => i % 10),
    batchSize: 128
  });
  const of = () => models.mlp({ inputWidth: 512, hidden: [1024, 1024], outputWidth: 10, seed: 1 });
  const { model: masked } = prune.unstructured(of(), { sparsity: 0.9 });
  const runs = [of(), masked].map((model) => train.stepper(model, task, { steps: STEPS, seed: 1 }));
  const [plain, held] = await mediansOf(runs.map((run) => () => void run.step()));
  bench.note({ name: 'step', shape: 'd512 h1024', direction: 'training', variant: 'masked', value: held / plain, unit: 'times' }); // prettier-ignore
  printTable('Training step, d512 h1024 x 2, 128 rows', ['dense ms', 'masked ms', 'masked / dense'], [[digits(plain), digits(held), digits(held / plain)]]); // prettier-ignore
  runs.forEach((run) => run.dispose());
}

module.exports = { pruning };
