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
    const processor = [];
    const strategies = {
      random: nas.random(),
      'aged evolution': nas.agedEvolution(),
      ASHA: nas.asha({ minResource: 1, maxResource: 9 })
    };
    for (const [name, strategy] of Object.entries(strategies)) {
      for (const storage of ['memory', file(name)]) {
        const [where, first] = [storage === 'memory' ? 'in memory' : 'SQLite', Math.floor(some / 10)];
        const { began, ours, optunas } = await beginnings(nas, { strategy, storage, trials: some });
        const perTrial = (of) => (of.at(-1) - of[first]) / (some - 1 - first);
        rows.push(note(bench, name, where, perTrial(began), 'ms a trial'));
        processor.push(note(bench, name, `${where}, processor, ours`, perTrial(ours), 'ms a trial'));
        if (where === 'SQLite') {
          processor.push(note(bench, name, `${where}, processor, Optuna's process`, perTrial(optunas), 'ms a trial'));
        }
      }
    }
    rows.push(...processor);
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

/** When each trial of a study began, in milliseconds, and what processor time this process and its children had taken; trials themselves take none. */
async function beginnings(nas, options) {
  const [began, ours, optunas] = [[], [], []];
  await nas.study({
    space: nas.space({ x: nas.float(0, 1), layers: nas.integer(1, 8), kind: nas.categorical(['a', 'b', 'c']) }),
    evaluate: ({ candidate }) => {
      began.push(performance.now());
      const { user, system } = process.cpuUsage();
      ours.push((user + system) / 1000);
      // Of the first and the last: looking through /proc takes longer than a trial.
      optunas.push(
        began.length === Math.floor(options.trials / 10) + 1 || began.length === options.trials ? ofChildren() : 0
      );
      return candidate.x;
    },
    progress: false,
    name: 'bench',
    ...options
  });
  return { began, ours, optunas };
}

/** Processor time of this process's children so far, in milliseconds; Linux counts it in hundredths of a second. */
function ofChildren() {
  const numbers = fs.existsSync('/proc/self/stat') ? fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
  return numbers.reduce((sum, number) => {
    try {
      const fields = fs.readFileSync(`/proc/${number}/stat`, 'utf8').split(') ').at(-1).split(' ');
      return sum + (fields[1] === String(process.pid) ? 10 * (Number(fields[11]) + Number(fields[12])) : 0);
    } catch {
      // It ended meanwhile.
      return sum;
    }
  }, 0);
}

/** Share of the cores' time that trials compute in, from when the last worker has begun until the first has nothing to do. */
async function busyShare(nas, { trials, seconds, workers }) {
  const { trials: all } = await nas.study({
    space: nas.space({ seconds: nas.categorical([seconds]), x: nas.float(0, 1) }),
    evaluate: ({ candidate }) => {
      const [from, own] = [Date.now(), process.cpuUsage()];
      const used = () => {
        const { user, system } = process.cpuUsage(own);
        return (user + system) / 1e6;
      };
      while (used() < candidate.seconds) {
        // To ask for the time is dear itself.
        for (let i = 0; i < 1e5; i++) {
          Math.sin(candidate.x + i);
        }
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
    const { began } = await beginnings(nas, { trials, storage: place, watch });
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
