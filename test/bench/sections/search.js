'use strict';

const fs = require('fs');
const os = require('os');
const path = require('path');
const { digits, printTable } = require('../driver/table');

const STAGES = [
  { channels: 24, depth: 2 },
  { channels: 48, depth: 3 }
];

/** What a study costs beside its trials: asking and telling, a database, worker processes, and ten thousand trials. */
async function search(bench) {
  const { nas, show } = require('@switchyard/kernel-lib');
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'switchyard-search-'));
  const file = (name) => path.join(folder, `${name}.db`);
  const { some, many, busy } = bench.shapes.search;
  try {
    const rows = [];
    const strategies = {
      random: nas.random(),
      'aged evolution': nas.agedEvolution(),
      ASHA: nas.asha({ minResource: 1, maxResource: 9 })
    };
    for (const [name, strategy] of Object.entries(strategies)) {
      for (const storage of ['memory', file(name)]) {
        const began = await beginnings(nas, { strategy, storage, trials: some });
        const where = storage === 'memory' ? 'in memory' : 'SQLite';
        rows.push(
          note(
            bench,
            name,
            where,
            (began.at(-1) - began[Math.floor(some / 10)]) / (some - 1 - Math.floor(some / 10)),
            'ms a trial'
          )
        );
      }
    }
    const share = await busyShare(nas, busy);
    rows.push(note(bench, `${busy.workers} workers`, `${os.cpus().length} cores`, share, 'of the cores computes'));
    rows.push(...(await manyTrials(bench, { nas, show, trials: many, storage: file('many') })));
    rows.push(...(await latencyTable(bench, nas)));
    printTable('A study beside its trials', ['', '', '', ''], rows);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function note(bench, name, variant, value, unit) {
  bench.note({ name: 'study', shape: name, direction: 'search', variant, value, unit });
  return [name, variant, digits(value), unit];
}

/** When each trial of a study began, in milliseconds; trials themselves take no time. */
async function beginnings(nas, options) {
  const began = [];
  await nas.study({
    space: nas.space({ x: nas.float(0, 1), layers: nas.integer(1, 8), kind: nas.categorical(['a', 'b', 'c']) }),
    evaluate: ({ candidate }) => {
      began.push(performance.now());
      return candidate.x;
    },
    progress: false,
    name: 'bench',
    ...options
  });
  return began;
}

/** Share of the cores' time that trials compute in, from when the last worker has begun until the first has nothing to do. */
async function busyShare(nas, { trials, seconds, workers }) {
  const { trials: all } = await nas.study({
    space: nas.space({ seconds: nas.categorical([seconds]), x: nas.float(0, 1) }),
    evaluate: ({ candidate }) => {
      const [from, own] = [Date.now(), process.cpuUsage()];
      const used = () => process.cpuUsage(own).user / 1e6;
      while (used() < candidate.seconds) {
        Math.sin(candidate.x);
      }
      return { value: 0, worker: process.pid, from, to: Date.now(), used: used() };
    },
    ...{ trials, storage: 'memory', progress: false, executor: nas.workers({ workers }) }
  });
  const byWorker = new Map();
  all.forEach(({ values }) => byWorker.set(values.worker, [...(byWorker.get(values.worker) ?? []), values]));
  const own = [...byWorker.values()];
  const from = Math.max(...own.map((each) => Math.min(...each.map((trial) => trial.from))));
  const to = Math.min(...own.map((each) => Math.max(...each.map((trial) => trial.to))));
  const computed = all.reduce((sum, { values: { from: begin, to: end, used } }) => {
    const within = Math.max(0, Math.min(to, end) - Math.max(from, begin));
    return sum + (1000 * used * within) / Math.max(1, end - begin);
  }, 0);
  return computed / (Math.max(1, to - from) * Math.min(workers, os.cpus().length));
}

/** So many trials in one study: the last against the first, and the payload of them all. */
async function manyTrials(bench, { nas, show, trials, storage }) {
  const rows = [];
  for (const [variant, place] of Object.entries({ 'in memory': 'memory', SQLite: storage })) {
    const watch = show.trials();
    const began = await beginnings(nas, { trials, storage: place, watch });
    const part = Math.max(2, Math.floor(trials / 100));
    const of = (from) => (began[from + part - 1] - began[from]) / (part - 1);
    // Without the first ones, which are compiled as they run.
    const [first, last] = [of(part), of(trials - part)];
    rows.push(note(bench, `${trials} trials, a late one over an early one`, variant, last / first, 'times'));
    rows.push(note(bench, `${trials} trials, a late one`, variant, last, 'ms'));
    if (place === 'memory') {
      const times = [1, 2, 3].map(() => milliseconds(() => watch.latest()));
      rows.push(note(bench, `${trials} trials, the panel's payload`, variant, Math.min(...times), 'ms'));
    }
  }
  return rows;
}

/** A latency table of mobile networks: what measuring it takes, and how far its sums are from whole networks. */
async function latencyTable(bench, nas) {
  const { models } = require('@switchyard/kernel-lib');
  const { size, passes, candidates } = bench.shapes.search.latency;
  const space = nas.space.uib({ stages: STAGES, expand: [2, 4], kernels: [0, 3, 5] });
  const optionsOf = (candidate) => ({ stem: 16, expand: 128, classes: 10, blocks: nas.uibBlocks(STAGES, candidate) });
  const parts = (candidate) => nas.mobileNetV4Parts(optionsOf(candidate), { size });
  const began = performance.now();
  const table = await nas.latencyTable({ space, parts, passes });
  const seconds = (performance.now() - began) / 1000;
  const build = (candidate) => models.mobileNetV4(optionsOf(candidate));
  const error = nas.latencyError(table, { space, build, input: [1, size, size, 3], candidates, passes });
  const name = `latency table of ${table.keys.length} parts, images of ${size}`;
  return [
    note(bench, name, 'to measure', seconds, 's'),
    note(bench, name, 'mean error of whole networks', error.mape, 'of their time'),
    note(bench, name, '1 + bias of the sums', 1 + error.bias, 'of their time'),
    note(bench, name, "1 + Kendall's tau", 1 + error.kendall, '')
  ];
}

function milliseconds(run) {
  const began = performance.now();
  run();
  return performance.now() - began;
}

module.exports = { search };
