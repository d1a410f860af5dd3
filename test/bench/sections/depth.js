'use strict';

const { inProcess } = require('../driver/inProcess');
const { interleave } = require('../driver/interleave');
const { digits, printTable } = require('../driver/table');

const SIZES = { layers: 4, width: 128, contextLength: 128, smallDim: 64, bigDim: 1024, seed: 1 };
const [BATCH, LENGTH] = [16, 128];
const [SMALL, BIG] = [1, 2];
const BUDGETS = [1, 0.5, 0.25, 0];
const ORACLE = { layers: 8, width: 48, contextLength: 64, smallDim: 12, bigDim: 384, seed: 1 };
const SEQUENCES = 16;

/** What is skipped: time of a pass against the operations counted; and how long the oracle takes for a thousand tokens. */
async function depth(bench) {
  // Read when TensorFlow loads, which is at the first `require`.
  Object.assign(process.env, { TF_NUM_INTRAOP_THREADS: String(bench.threads), TF_NUM_INTEROP_THREADS: '1' });
  const library = require('@switchyard/kernel-lib');
  await budgets(bench, library);
  await oracle(bench, library);
}

/** Passes in which a share of all choices is the big module, the others the small one. */
async function budgets(bench, { adaptive, core, models, tf }) {
  const model = models.duoLLM(SIZES);
  const next = core.Random.fromSeed(1).generator();
  const inputs = tf.tensor2d(tokens(next, BATCH * LENGTH), [BATCH, LENGTH], 'int32');
  const passes = BUDGETS.map((budget) => {
    const paths = Int32Array.from({ length: inputs.size * SIZES.layers }, () => (next() < budget ? BIG : SMALL));
    const pass = (observers = []) => {
      const ctx = core.Context.create({ observers });
      tf.tidy(() => {
        ctx.setState(adaptive.PATHS, tf.tensor2d(paths, [inputs.size, SIZES.layers], 'int32'));
        model.apply(inputs, ctx).dataSync();
      });
      ctx.dispose();
    };
    const records = [];
    pass([core.observer('routing', (record) => records.push(record))]);
    return { budget, pass, flops: models.activeFlops(model, { records }) };
  });
  const contestants = passes.map(({ budget, pass }) => ({
    variant: `budget ${budget}`,
    name: '',
    worker: inProcess(pass)
  }));
  const summaries = await interleave(contestants);
  const [most] = passes;
  const rows = passes.map(({ budget, flops }, i) => {
    const [ofFlops, ofTime] = [flops / most.flops, summaries[i].medianMs / summaries[0].medianMs];
    const row = { name: 'duoLLM', shape: `L${SIZES.layers} d${SIZES.width}`, direction: 'forward' };
    bench.note({ ...row, variant: `budget ${budget}`, ...summaries[i], value: ofFlops, unit: 'of the operations' });
    return [budget, digits(flops / 1e6), digits(summaries[i].medianMs), digits(ofFlops), digits(ofTime)];
  });
  printTable(
    `Forward of a duoLLM, L${SIZES.layers} d${SIZES.width} h${SIZES.smallDim}/${SIZES.bigDim} B${BATCH} N${LENGTH}`,
    ['big calls', 'MFLOP a token', 'median ms', 'of the operations', 'of the time'],
    rows
  );
  inputs.dispose();
  model.dispose();
}

/** One coordinate search, which tries as many paths whatever the model has learnt. */
async function oracle(bench, { adaptive, core, models }) {
  const model = models.duoLLM(ORACLE);
  const length = ORACLE.contextLength;
  const ids = tokens(core.Random.fromSeed(2).generator(), SEQUENCES * (length + 1));
  const batch = { tokens: ids, batchSize: SEQUENCES, length, domains: new Int32Array(SEQUENCES) };
  const start = performance.now();
  const { numTokens, tried } = await adaptive.oracleRoutes(model, batch, { search: 'coordinate', sweeps: 1 });
  const seconds = (performance.now() - start) / 1000;
  const shape = `L${ORACLE.layers} d${ORACLE.width} T${numTokens}`;
  bench.note({ name: 'oracle', shape, direction: 'none', variant: 'coordinate', value: seconds, unit: 's' });
  printTable(`The oracle, ${shape}`, ['search', 'paths a token', 'seconds'], [['coordinate', tried, digits(seconds)]]);
  model.dispose();
}

function tokens(next, count) {
  return Int32Array.from({ length: count }, () => Math.floor(next() * 256));
}

module.exports = { depth };
