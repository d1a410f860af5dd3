'use strict';

const path = require('path');
const { line, seconds } = require('../support/lines');
const { stopRunning } = require('../support/process');
const { findBrowser } = require('./browser');
const { keepWheel } = require('./keptWheel');
const { withLock } = require('./lock');
const { checkMachine } = require('./machine');
const { planSteps, runSteps } = require('./run-steps');
const { listSteps } = require('./steps');
const { lacksGpu, thisMachine } = require('./tensorflow');

// Measured on x86-64 Linux, rounded up: what the steps write at most.
const GIGABYTES = { none: 0.1, cpu: 5, gpu: 12 };

/**
 * Brings the project to where JupyterLab and the tests can run; does only what is missing.
 * One set-up at a time runs in a project.
 * @param {import('../support/project').Project} project
 * @param {{ browser?: boolean, wheel?: string }} [options] - `browser`: Chromium too, for the tests of the extension.
 *   `wheel`: the extension, for a folder without our sources; kept for later set-ups.
 * @returns {Promise<{ chromium?: string }>} The path of Chromium, where it was asked for.
 */
async function setUp(project, { browser = false, wheel } = {}) {
  const work = async () => {
    const start = Date.now();
    if (wheel !== undefined) {
      keepWheel(project, wheel);
    }
    const plan = planSteps(listSteps(project), project.state);
    const pending = new Set(plan.filter((entry) => entry.pending).map((entry) => entry.step.id));
    checkMachine(project, {
      python: pending.has('environment'),
      compiler: pending.has('binding'),
      gigabytes: gigabytes(pending)
    });
    console.log(line('ok', 'Machine', `Node ${process.versions.node}, ${seconds(Date.now() - start)}`));
    await runSteps(plan, project.state);
    if (lacksGpu()) {
      console.log(line('note', 'GPU', 'no GPU found, runs on the CPU'));
    }
    return browser ? { chromium: await findBrowser(project) } : {};
  };
  const lock = path.join(project.state, 'lock');
  const locked = () =>
    withLock(lock, work, (pid) => {
      console.log(line('note', 'Another set-up runs', `process ${String(pid)}; waiting for it`));
    });
  return stoppable(locked);
}

/**
 * Disk that the pending steps may need.
 * @param {Set<string>} pending
 * @returns {number}
 */
function gigabytes(pending) {
  if (!pending.has('tensorflow') && !pending.has('node-packages')) {
    return GIGABYTES.none;
  }
  return thisMachine().device === 'gpu' ? GIGABYTES.gpu : GIGABYTES.cpu;
}

/**
 * Runs `work`; a signal to end ends the programs it runs too, so that none goes on writing while the next set-up begins.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function stoppable(work) {
  const stop = () => {
    stopRunning();
    process.stderr.write('\nStopped. The step that ran will be done again from its beginning.\n');
    process.exit(130);
  };
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  signals.forEach((signal) => process.on(signal, stop));
  try {
    return await work();
  } finally {
    signals.forEach((signal) => process.off(signal, stop));
  }
}

module.exports = { setUp };
