'use strict';

const path = require('path');
const { line, seconds } = require('../support/lines');
const { findBrowser } = require('./browser');
const { withLock } = require('./lock');
const { checkMachine } = require('./machine');
const { planSteps, runSteps } = require('./run-steps');
const { listSteps } = require('./steps');

// Measured on x86-64 Linux, rounded up: what the steps write at most.
const GIGABYTES = { none: 0.1, cpu: 5, gpu: 12 };

/**
 * Brings the project to where JupyterLab and the tests can run; does only what is missing.
 * One set-up at a time runs in a project.
 * @param {import('../support/project').Project} project
 * @param {{ browser?: boolean }} [options] - `browser`: Chromium too, for the tests of the extension.
 * @returns {Promise<{ chromium?: string }>} The path of Chromium, where it was asked for.
 */
async function setUp(project, { browser = false } = {}) {
  const work = async () => {
    const start = Date.now();
    const plan = planSteps(listSteps(project), project.state);
    const pending = new Set(plan.filter((entry) => entry.pending).map((entry) => entry.step.id));
    checkMachine(project, {
      python: pending.has('environment'),
      compiler: pending.has('binding'),
      gigabytes: pending.has('environment') || pending.has('node-packages') ? GIGABYTES.cpu : GIGABYTES.none
    });
    console.log(line('ok', 'Machine', `Node ${process.versions.node}, ${seconds(Date.now() - start)}`));
    await runSteps(plan, project.state);
    return browser ? { chromium: await findBrowser(project) } : {};
  };
  return withLock(path.join(project.state, 'lock'), work, (pid) => {
    console.log(line('note', 'Another set-up runs', `process ${String(pid)}; waiting for it`));
  });
}

module.exports = { setUp };
