'use strict';

const { quantile } = require('../driver/statistics');
const { digits, printTable } = require('../driver/table');
const { age } = require('./ui/age');
const { quickstartSnapshots } = require('./ui/quickstart');
const { Gallery } = require('../../ui/gallery/open');
const { longSample, simulated } = require('../../ui/gallery/payloads');
const { graphPanel } = require('./ui/graphPanel');

const FRAME_MS = 1000 / 60;
const UPDATES = 40;
const FIRSTS = 15;
const QUICKSTART_STEPS = 200;
const CANDIDATES = 400;
/** As DevTools slow the CPU down to a phone's. */
const SLOWER = 6;
/** An hour of a panel that gets four snapshots a second. */
const HOUR = 4 * 3600;
/** Sent in bursts: a panel draws the newest a frame, however many come. */
const BURST = 48;

/**
 * The panels in Chromium, without JupyterLab: updates and first paints in wall time and in CPU time of the page's main
 * thread, which what else runs on the machine does not lengthen; what an hour of updates leaves behind; and a large graph that is moved.
 */
async function ui(bench) {
  const gallery = await Gallery.open({ width: 460 });
  try {
    const rows = [
      await heatmap(gallery, bench, [48, 128, 64]),
      await heatmap(gallery, bench, [4, 16, 64]),
      ...(await quickstart(gallery, bench)),
      ...(await trials(gallery, bench)),
      await pareto(gallery, bench),
      await firsts(gallery, bench, 'token-strip', longSample(), { choices: { 'token-strip.layers': 'all' } })
    ];
    printTable(
      'Panels in Chromium [ms]',
      ['picture', 'wall, median', 'wall, p95', 'CPU, median', 'CPU, p95', 'CPU, most', 'frames of 60 Hz'],
      rows
    );
    await anHour(gallery, bench);
  } finally {
    await gallery.close();
  }
  await graphPanel(bench);
  await age(bench);
}

/** The two pictures of the tab Load together, snapshot after snapshot of one run: as they are, and with the CPU slowed. */
async function quickstart(gallery, bench) {
  const payloads = await quickstartSnapshots(QUICKSTART_STEPS);
  const picture = ['load-heatmap', 'load-over-time'];
  const rows = [await updates(gallery, bench, { picture, of: 'of the quickstart', payloads })];
  await gallery.slow(SLOWER);
  rows.push(await updates(gallery, bench, { picture, of: `of the quickstart, CPU ${SLOWER} times slower`, payloads }));
  await gallery.slow(1);
  return rows;
}

/** Snapshots of a run of so many layers, experts and tokens. */
async function heatmap(gallery, bench, [layers, experts, tokens]) {
  const payloads = await Promise.all([1, 2, 3].map((seed) => simulated(layers, experts, tokens, seed)));
  return updates(gallery, bench, { picture: 'load-heatmap', of: `${layers} x ${experts}`, payloads });
}

/** The two large pictures of a search, each trial a snapshot of its own. */
async function trials(gallery, bench) {
  const { many } = bench.shapes.search;
  const payloads = await searched(many);
  const rows = [];
  for (const picture of ['trial-values', 'trial-parallel']) {
    rows.push(await updates(gallery, bench, { picture, of: `of a study of ${many} trials`, payloads }));
  }
  return rows;
}

/** The plane of a search, with so many candidates and one, two and three more. */
async function pareto(gallery, bench) {
  const { show } = require('@switchyard/kernel-lib');
  const candidates = Array.from({ length: CANDIDATES + 3 }, (_, i) => {
    const cost = ((i * 7919) % 1000) / 100;
    return { label: `trial ${i}`, cost, quality: Math.sqrt(cost) - ((i * 31) % 97) / 97 };
  });
  const payloads = [1, 2, 3].map((more) => show.pareto(candidates.slice(0, CANDIDATES + more)));
  return updates(gallery, bench, { picture: 'pareto', of: `of ${CANDIDATES} candidates`, payloads });
}

/** Three snapshots of a study that goes on, of so many trials. */
async function searched(trials) {
  const { nas, show } = require('@switchyard/kernel-lib');
  const watch = show.trials();
  const payloads = [];
  let begun = 0;
  await nas.study({
    space: nas.space({ x: nas.float(0, 1), layers: nas.integer(1, 8), kind: nas.categorical(['a', 'b', 'c']) }),
    evaluate: ({ candidate }) => {
      if (++begun > trials - 3) {
        payloads.push(watch.latest());
      }
      return candidate.x;
    },
    ...{ objectives: [{ name: 'loss', better: 'lower' }], trials, strategy: nas.random(), seed: 1 },
    ...{ name: 'bench', storage: 'memory', progress: false, watch }
  });
  return payloads;
}

/** Whole snapshots drawn in place of one another, until plotly.js is done. */
async function updates(gallery, bench, { picture, of, payloads }) {
  await gallery.page.evaluate((payloads) => Object.assign(window, { payloads }), payloads);
  await gallery.page.evaluate((name) => window.gallery.timing.first(name, window.payloads[0]), picture);
  await gallery.page.waitForFunction(() => document.querySelector('.main-svg') !== null);
  const next = (i) =>
    gallery.page.evaluate((i) => window.gallery.timing.update(window.payloads[i % window.payloads.length]), i);
  for (let i = 0; i < 5; i++) {
    await next(i + 1);
  }
  const samples = await sample(gallery, UPDATES, next);
  return report(bench, `${[picture].flat().join(' and ')} ${of}, update`, samples);
}

/** A new picture and its first drawing, until the frame that shows it. */
async function firsts(gallery, bench, picture, payload, look) {
  await gallery.page.evaluate((payload) => Object.assign(window, { payload }), payload);
  const first = () =>
    gallery.page.evaluate(([name, look]) => window.gallery.timing.first(name, window.payload, look), [picture, look]);
  const samples = await sample(gallery, FIRSTS, first);
  const { layers, tokens } = payload.data;
  return report(bench, `${picture} ${tokens.text.length} tokens x ${layers.length} layers, first paint`, samples);
}

async function sample(gallery, count, run) {
  const samples = { wall: [], cpu: [] };
  for (let i = 0; i < count; i++) {
    const before = await gallery.cpu();
    samples.wall.push(await run(i));
    samples.cpu.push((await gallery.cpu()) - before);
  }
  return samples;
}

function report(bench, name, { wall, cpu }) {
  const numbers = [wall, cpu].flatMap((samples) => [quantile(samples, 0.5), quantile(samples, 0.95)]);
  bench.note({ name, shape: '', direction: 'ui', variant: 'wall', medianMs: numbers[0] });
  bench.note({ name, shape: '', direction: 'ui', variant: 'cpu', medianMs: numbers[2] });
  return [name, ...numbers.map(digits), digits(Math.max(...cpu)), digits(numbers[2] / FRAME_MS)];
}

/** An hour of snapshots, as fast as the page takes them; the numbers after its first and its second half. */
async function anHour(gallery, bench) {
  const payloads = await Promise.all([1, 2, 3].map((seed) => simulated(4, 16, 64, seed)));
  await gallery.mount([payloads[0]]);
  const half = () => send(gallery, payloads, HOUR / 2);
  await send(gallery, payloads, 5 * BURST);
  const census = [await gallery.census()];
  for (let i = 0; i < 2; i++) {
    await half();
    census.push(await gallery.census());
  }
  const megabytes = (bytes) => digits(bytes / 2 ** 20);
  const row = (what, of, show = String) => [what, ...census.map((each) => show(of(each)))];
  printTable(
    `An hour of updates (${HOUR} snapshots)`,
    ['', 'before', 'after half', 'after all'],
    [
      row('heap [MB]', ({ heap }) => heap, megabytes),
      row('DOM nodes', ({ nodes }) => nodes),
      row('listeners', ({ listeners }) => listeners)
    ]
  );
  census.forEach((each, i) => bench.note({ name: 'an hour of updates', shape: `half ${i}`, direction: 'ui', ...each }));
}

/** Each burst is of one frame, as of a kernel that is faster than the screen. */
async function send(gallery, payloads, count) {
  await gallery.page.evaluate(
    async ([payloads, count, burst]) => {
      for (let i = 0; i < count; i++) {
        const payload = structuredClone(payloads[i % payloads.length]);
        Object.assign(payload, { runId: payloads[0].runId, seq: (window.lastSeq = (window.lastSeq ?? 1000) + 1) });
        window.gallery.send(payload);
        if (i % burst === burst - 1) {
          await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
        }
      }
    },
    [payloads, count, BURST]
  );
  await gallery.drawn();
}

module.exports = { ui };
