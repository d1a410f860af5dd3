'use strict';

const { chromium } = require('@playwright/test');
const { JupyterLab } = require('../../driver/jupyterLab');
const { openNotebook, runCell, setPanel } = require('../../driver/notebook');
const { quantile } = require('../../driver/statistics');
const { digits, printTable } = require('../../driver/table');
const { chromiumOptions } = require('../../../ui/support/chromium');
const { pageMetrics } = require('../../../ui/support/pageMetrics');

const MIME = 'application/vnd.switchyard.v1+json';
const STEPS = 200;
const LOOK_MS = 50;

const PREPARE = `import { data, models, routers, show, train } from '@switchyard/kernel-lib';
const text = await data.text(['prose', 'python', 'typescript']);
const size = { layers: 4, width: 64, contextLength: 128, experts: 16 };
let seed = 0;
const model = () => models.moeTransformer({ ...size, router: routers.topK({ k: 2 }), seed: ++seed });
const options = { seed: 1, evaluateEvery: 0, progress: false };
await train.fit(model(), text, { ...options, steps: 10 });`;
// Each run has numbers of its own, which tell its snapshots.
const TRAIN = `const watch = show.routing();
const { seconds } = await train.fit(model(), text, { ...options, steps: ${STEPS}, watch });
console.log(seconds);`;

/**
 * The quickstart's training, which keeps both cores busy, with the panel beside its cell in the project's JupyterLab.
 *
 * The page is looked at every 50 ms. The picture's age is then the moment of the look less the one at which the kernel made
 * the snapshot whose loads the heatmap shows, on one clock, or less the run's first while one of another run stands: so it is
 * never less than the time between the step that is shown and the newest that the kernel has finished.
 */
async function age(bench) {
  const browser = await chromium.launch(chromiumOptions());
  const server = await JupyterLab.open(bench.file('lab-age'), { extension: true });
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 1100 } });
    const page = await context.newPage();
    await openNotebook(page, server, 'age.ipynb', [PREPARE, TRAIN]);
    await runCell(page, 0);
    // The first run opens the panel and loads plotly.js.
    await runCell(page, 1);
    const metrics = await pageMetrics(page);
    const watched = await watchedRun(page, metrics);
    await setPanel(page, false);
    const closed = await run(page, metrics);
    report(bench, watched, closed);
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Trains once; the page's CPU time a second of training. */
async function run(page, metrics) {
  const before = (await metrics()).cpu;
  const seconds = Number(await runCell(page, 1));
  return { seconds, cpu: ((await metrics()).cpu - before) / seconds };
}

async function watchedRun(page, metrics) {
  await page.evaluate(record, { mime: MIME, every: LOOK_MS });
  const trained = await run(page, metrics);
  return { ...trained, ...(await page.evaluate(() => window.endRecord())) };
}

/** In the page: keeps the snapshots that come, and what the panel shows, until `endRecord` is called. */
function record({ mime, every }) {
  const notebook = window.jupyterapp.shell.currentWidget;
  const snapshots = [];
  const looks = [];
  const onMessage = (_, { content }) => {
    const payload = content?.data?.[mime];
    if (payload !== undefined) {
      const { source, data } = payload;
      const loads = JSON.stringify(data.layers.map(({ load }) => load));
      snapshots.push({ ...source, loads, loadSteps: JSON.stringify(data.history.loadSteps) });
    }
  };
  notebook.sessionContext.iopubMessage.connect(onMessage);
  const read = new WeakMap();
  /** Text made once of what a figure has. */
  const of = (picture, make) => {
    const trace = document.querySelector(
      `.jp-switchyard-Panel [data-picture="${picture}"]:not(.lm-mod-hidden) .jp-switchyard-plot`
    )?.data?.[0];
    if (trace !== undefined && !read.has(trace)) {
      read.set(trace, JSON.stringify(make(trace)));
    }
    return trace && read.get(trace);
  };
  const words = (selector) => document.querySelector(`.jp-switchyard-Panel ${selector}`)?.textContent ?? '';
  const timer = setInterval(() => {
    looks.push({
      now: Date.now(),
      header: words('.jp-switchyard-controls span'),
      replay: words('.jp-switchyard-Replay:not(.lm-mod-hidden) output'),
      loads: of('load-heatmap', ({ customdata }) => customdata.map((row) => row.map(([value]) => value))),
      loadSteps: of('load-over-time', ({ x }) => x)
    });
  }, every);
  window.endRecord = () => {
    clearInterval(timer);
    notebook.sessionContext.iopubMessage.disconnect(onMessage);
    return { snapshots, looks };
  };
}

/** Age in milliseconds at each look while the run went on, and whether header, slider and both pictures were of one step. */
function agesOf({ snapshots, looks }) {
  const [first] = snapshots;
  const end = snapshots.find(({ final }) => final).time;
  const byLoads = new Map(snapshots.map((snapshot) => [snapshot.loads, snapshot]));
  return looks
    .filter(({ now }) => now >= first.time && now <= end)
    .map(({ now, loads, ...shown }) => {
      const drawn = byLoads.get(loads);
      return { age: now - (drawn ?? first).time, isOne: drawn === undefined || isOf(drawn, shown) };
    });
}

/** The slider, and the picture over steps, are hidden while there is one step. */
function isOf({ step, totalSteps, loadSteps: steps }, { header, replay, loadSteps }) {
  const isSlider = replay === '' || replay === `step ${step}`;
  return header === `step ${step} of ${totalSteps}` && isSlider && (loadSteps === undefined || loadSteps === steps);
}

function report(bench, watched, closed) {
  const looks = agesOf(watched);
  const ages = looks.map(({ age }) => age);
  const apart = looks.filter(({ isOne }) => !isOne).length;
  const drawn = new Set(watched.looks.map(({ loads }) => loads)).size;
  const [median, p95] = [0.5, 0.95].map((share) => quantile(ages, share));
  const row = { name: "age of the quickstart's pictures", shape: `${STEPS} steps`, direction: 'ui' };
  bench.note({ ...row, variant: 'median', medianMs: median, value: median, unit: 'ms' });
  bench.note({ ...row, variant: 'p95', value: p95, unit: 'ms' });
  bench.note({ ...row, variant: 'looks at which header, slider and pictures were of two steps', value: apart });
  bench.note({
    ...row,
    variant: "page's CPU, panel open less closed",
    value: (watched.cpu - closed.cpu) / 10,
    unit: '%'
  });
  printTable(
    `Age of the pictures in a training of ${STEPS} steps (${digits(watched.seconds)} s, ${looks.length} looks) [ms]`,
    ['median', 'p95', 'most', 'snapshots', 'drawings', 'looks at two steps', "page's CPU, open / closed [ms a s]"],
    [[...[median, p95, Math.max(...ages)].map(digits), ...[watched.snapshots.length, drawn, apart].map(String), `${digits(watched.cpu)} / ${digits(closed.cpu)}`]] // prettier-ignore
  );
}

module.exports = { age };
