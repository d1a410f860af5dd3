'use strict';

const os = require('os');
const { browserCpu } = require('../../driver/browserCpu');
const { inTurn } = require('../../driver/inTurn');
const { openNotebook, runCell, setPanel } = require('../../driver/notebook');
const { quantile, ratioOfMedians } = require('../../driver/statistics');
const { digits, printTable } = require('../../driver/table');
const { pageMetrics } = require('../../../ui/support/pageMetrics');

const COUNTS = { pairs: 10, warmUps: 1 };
const STEPS = 40;

const PREPARE = `import { data, models, routers, show, train } from '@switchyard/kernel-lib';
const text = await data.text(['prose', 'python', 'typescript']);
const size = { layers: 4, width: 64, contextLength: 128, experts: 16 };
const model = () => models.moeTransformer({ ...size, router: routers.topK({ k: 2 }), seed: 1 });`;
const TRAIN = `const watch = show.routing();
const options = { steps: ${STEPS}, seed: 1, evaluateEvery: 0, progress: false, watch };
const { seconds } = await train.fit(model(), text, options);
console.log(JSON.stringify({ stepsPerSecond: ${STEPS} / seconds }));`;

/** The quickstart's network, trained again and again in one kernel, with the panel beside its cell open and closed. */
async function trainings(bench, browser, server) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await openNotebook(page, server, 'training.ipynb', [PREPARE, TRAIN]);
  await runCell(page, 0);
  // A panel can be opened beside a cell that has a run.
  await runCell(page, 1);
  const metrics = await pageMetrics(page);
  const all = await browserCpu(browser);
  const way = (open) => async () => {
    await setPanel(page, open);
    const before = [(await metrics()).cpu, await all()];
    const { stepsPerSecond: rate } = JSON.parse(await runCell(page, 1));
    const after = [(await metrics()).cpu, await all()];
    const [cpu, browserMs] = after.map((value, i) => (value - before[i]) / STEPS);
    return { rate, cpu, browserMs };
  };
  const [open, closed] = await inTurn(COUNTS, [way(true), way(false)]);
  await context.close();
  report(bench, open, closed);
}

function report(bench, open, closed) {
  const of = (samples, measure) => samples.map((each) => each[measure]);
  const median = (samples, measure) => quantile(of(samples, measure), 0.5);
  const { ratio, low, high } = ratioOfMedians(of(open, 'rate'), of(closed, 'rate'));
  const row = { name: 'training, steps a second', shape: `${COUNTS.pairs} pairs`, direction: 'lab' };
  bench.note({ ...row, variant: 'panel open', rate: median(open, 'rate'), ratioToBestRival: ratio, low, high });
  bench.note({ ...row, variant: 'panel closed', rate: median(closed, 'rate') });
  const line = (name, samples) => [name, ...['rate', 'cpu', 'browserMs'].map((each) => digits(median(samples, each)))];
  printTable(
    `Training of ${STEPS} steps, medians of ${COUNTS.pairs}`,
    ['', 'steps a second', "page's CPU [ms a step]", "browser's CPU [ms a step]"],
    [line('panel open', open), line('panel closed', closed)]
  );
  console.log(`\nsteps a second, open over closed: ${ratio.toFixed(3)}, 95 % ${low.toFixed(3)} – ${high.toFixed(3)}`);
  // What the browser takes of the cores a training cannot have; this varies less than the rates do.
  const taken = (median(open, 'browserMs') - median(closed, 'browserMs')) / 1000;
  const share = (taken * median(closed, 'rate')) / os.cpus().length;
  bench.note({ ...row, variant: "share of the machine's CPU that the open panel takes", share });
  console.log(`the open panel takes ${(100 * share).toFixed(1)} % of the machine's CPU time`);
}

module.exports = { trainings };
