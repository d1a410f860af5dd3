'use strict';

const childProcess = require('child_process');
const { quantile } = require('../driver/statistics');
const { digits, printTable } = require('../driver/table');

const IMPORT = "require('@switchyard/kernel-lib');";
const FIRST_STEP = `${IMPORT}
const { data, models, routers, train } = require('@switchyard/kernel-lib');
const texts = (line) => [line.repeat(200), line.repeat(100)];
const model = models.moeTransformer({ layers: 4, width: 128, experts: 16, router: routers.topK({ k: 2 }) });
const text = data.fromStrings({ one: texts('a little text to begin with, '), two: texts('and another one, ') });
train.fit(model, text, { steps: 1, progress: false, evaluateEvery: 0 }).then(() => process.exit(0));`;

/** Whole processes from start to end, in turn: import, and import with the first training step. */
function start(bench) {
  const programs = [
    ['import', 'ours', process.execPath, ['-e', IMPORT]],
    ...(bench.torch === null ? [] : [['import', 'torch', bench.python, ['-c', 'import torch']]]),
    ['import, model and first step', 'ours', process.execPath, ['-e', FIRST_STEP]]
  ];
  const samples = programs.map(() => []);
  for (let run = 0; run < bench.shapes.starts; run++) {
    programs.forEach(([name, , command, args], i) => samples[i].push(timeProcess(name, command, args)));
  }
  const lines = programs.map(([name, variant], i) => {
    const [medianMs, p10, p90] = [0.5, 0.1, 0.9].map((q) => quantile(samples[i], q));
    bench.note({ name, shape: 'process', direction: 'none', variant, medianMs, p10, p90 });
    return [`${name}, ${variant}`, digits(medianMs)];
  });
  printTable('Start of a process (median ms)', ['what', 'time'], lines);
}

function timeProcess(name, command, args) {
  const begin = performance.now();
  const { status, stderr } = childProcess.spawnSync(command, args, { cwd: __dirname, encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(`bench: "${name}" must end well, got exit code ${status}\n${stderr}`);
  }
  return performance.now() - begin;
}

module.exports = { start };
