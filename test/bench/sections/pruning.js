'use strict';

const { inProcess } = require('../driver/inProcess');
const { interleave } = require('../driver/interleave');
const { summarize } = require('../driver/statistics');
const { digits, printTable } = require('../driver/table');

const ROWS = 256;
const MATRIX = 1024;
/** Masks of a matrix, each with the way in which it is packed. */
const KINDS = [
  ...[0.5, 0.8, 0.9, 0.95, 0.99].map((zeros) => ({
    ...{ name: 'packSparse', zeros, mask: { sparsity: zeros } },
    pack: (prune, model) => prune.packSparse(model, '0.weight')
  })),
  ...[
    [0.5, 16, 16],
    [0.9, 16, 16],
    [0.5, 1, 4],
    [0.9, 1, 4]
  ].map(([zeros, inputs, outputs]) => ({
    ...{ name: `packSparse, blocks ${inputs} x ${outputs}`, zeros },
    mask: { sparsity: zeros, block: { inputs, outputs } },
    pack: (prune, model) => prune.packSparse(model, '0.weight', { block: { inputs, outputs } })
  })),
  ...[
    [2, 4],
    [1, 4],
    [2, 16]
  ].map(([n, m]) => ({
    ...{ name: `packPattern, ${n}:${m}`, zeros: 1 - n / m, mask: { pattern: { n, m } } },
    pack: (prune, model) => prune.packPattern(model, '0.weight', { n, m })
  }))
];
/** A feed-forward network's last matrix. */
const WIDE = { inputs: 5632, outputs: 2048 };
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

/** What goes: products without zeros, of one token those of live channels, shrunk models against their operations, how long grouping takes, and what a mask costs a step. */
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

/** Processor's time of each, of all threads together, in milliseconds: medians in turn, which hang little on what else runs. */
function processorOf(runs) {
  const times = runs.map(() => []);
  for (let round = 0; round < 20; round++) {
    runs.forEach((run, i) => {
      run();
      const begin = process.cpuUsage();
      for (let again = 0; again < 3; again++) {
        run();
      }
      const { user, system } = process.cpuUsage(begin);
      times[i].push((user + system) / 3000);
    });
  }
  return times.map((each) => summarize(each).medianMs);
}

/** Products without zeros against the dense product of the same library, of many rows and of one token. */
async function products(bench, { models, ops, prune, tf }) {
  const layer = models.mlp({ inputWidth: MATRIX, hidden: [MATRIX], outputWidth: 2, seed: 1 });
  const masked = (options) => prune.unstructured(layer, { ...options, include: ['0.weight'] }).model;
  const matrix = tf.tidy(() => layer.parameters().get('0.weight').read().clone());
  const kinds = KINDS.map(({ name, zeros, mask, pack }) => {
    const model = masked(mask);
    const packed = pack(prune, model);
    model.dispose();
    return { name, zeros, packed };
  });
  for (const count of [ROWS, 1]) {
    const x = tf.randomNormal([count, MATRIX], 0, 1, 'float32', 1);
    const once = (f) => () => tf.tidy(() => void f().dataSync());
    const rows = [];
    for (const { name, zeros, packed } of kinds) {
      const runs = [once(() => tf.matMul(x, matrix)), once(() => packed.multiply(x))];
      const [dense, sparse] = await mediansOf(runs);
      const [denseWork, work] = processorOf(runs);
      const shape = `R${count} D${MATRIX} P${MATRIX}`;
      bench.note({ name, shape, direction: 'forward', variant: `${zeros} zeros`, value: dense / sparse, unit: 'times dense' }); // prettier-ignore
      rows.push([name, `${100 * zeros} %`, digits(dense), digits(sparse), digits(dense / sparse), digits(denseWork / work)]); // prettier-ignore
    }
    x.dispose();
    printTable(`${count} rows times ${MATRIX} x ${MATRIX}`, ['as', 'zeros', 'dense ms', 'ms', 'dense / it', 'by processor time'], rows); // prettier-ignore
  }
  kinds.forEach(({ packed }) => packed.dispose());
  [matrix, layer].forEach((each) => each.dispose());
  await live(bench, { ops, tf });
}

/** One token times the rows of the live inputs alone, where they lie, and as TensorFlow gathers them. */
async function live(bench, { ops, tf }) {
  const { inputs, outputs } = WIDE;
  const x = tf.randomNormal([1, inputs], 0, 1, 'float32', 1);
  const w = tf.randomNormal([inputs, outputs], 0, 1, 'float32', 2);
  const once = (f) => () => tf.tidy(() => void f().dataSync());
  const rows = [];
  for (const gone of [0.5, 0.7, 0.9]) {
    const left = Int32Array.from({ length: Math.round(inputs * (1 - gone)) }, (_, i) => Math.floor(i / (1 - gone)));
    const gathered = () => {
      const at = tf.tensor1d(left, 'int32');
      return tf.matMul(tf.gather(x, at, 1), tf.gather(w, at));
    };
    const runs = [() => tf.matMul(x, w), gathered, () => ops.liveInputsMatMul(x, w, left)];
    const [dense, copied, inPlace] = await mediansOf(runs.map(once));
    const shape = `R1 D${inputs} P${outputs}`;
    bench.note({ name: 'liveInputsMatMul', shape, direction: 'forward', variant: `${gone} gone`, value: dense / inPlace, unit: 'times dense' }); // prettier-ignore
    rows.push([`${100 * gone} %`, digits(dense), digits(copied), digits(inPlace), digits(dense / inPlace)]);
  }
  [x, w].forEach((each) => each.dispose());
  const head = ['inputs gone', 'dense ms', 'gathered ms', 'liveInputsMatMul ms', 'dense / it'];
  printTable(`One token times ${inputs} x ${outputs}`, head, rows);
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
