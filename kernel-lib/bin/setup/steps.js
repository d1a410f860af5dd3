'use strict';

const fs = require('fs');
const path = require('path');
const { compileBinding, hasBinding } = require('../../native/binding');
const { hasCustomOps } = require('../../native/custom-ops');
const { hashFiles } = require('../support/hash');
const { explain } = require('../support/explain');
const { capture, npm } = require('../support/process');
const { venvEnvironment, venvProgram } = require('../support/project');
const { keptWheel } = require('./keptWheel');
const { makeCustomOps, OPENBLAS } = require('./custom-ops');
const { digitsFile, exportDigits, LOCK: DIGITS } = require('./digits');
const { environmentLock, makeEnvironment } = require('./environment');
const { lockFile } = require('./pip');
const { findPython } = require('./python');
const { installTensorflow, lacksGpu, tensorflowFolder, thisMachine } = require('./tensorflow');
const { shippedNotebooks, trustNotebooks } = require('./trust');
const { buildWheel, installWheel, kernelspecFile } = require('./wheel');

/**
 * @typedef {import('../support/project').Project} Project
 * @typedef {import('./run-steps').Step} Step
 */

/**
 * The steps of the set-up that apply to this project and machine, in their order.
 * @param {Project} project
 * @returns {Step[]}
 */
function listSteps(project) {
  const native = thisMachine().device !== 'javascript';
  return [
    environment(project),
    tensorflow(project),
    digits(project),
    ...(project.source ? [nodePackages(project)] : []),
    ...(native ? [binding(project)] : []),
    ...(thisMachine().device === 'cpu' || lacksGpu() ? [customOps(project)] : []),
    ...(project.source ? [library(project), extension(project)] : []),
    wheel(project),
    ...(project.source ? [notebooks(project)] : [])
  ];
}

/**
 * @param {string} file
 * @returns {string}
 */
function hashLock(file) {
  return hashFiles(path.dirname(file), [path.basename(file)]);
}

/**
 * @param {Project} project
 * @returns {Step}
 */
function environment(project) {
  return {
    id: 'environment',
    title: 'Python packages (.venv)',
    after: [],
    inputs: () => {
      const { executable, version } = findPython();
      return [project.root, executable, version, hashLock(environmentLock(project))];
    },
    isThere: () => fs.existsSync(venvProgram(project, 'jupyter-lab')),
    run: ({ log }) => makeEnvironment(project, log)
  };
}

/**
 * @param {Project} project
 * @returns {Step}
 */
function tensorflow(project) {
  const choice = thisMachine();
  return {
    id: 'tensorflow',
    title: choice.device === 'gpu' ? 'TensorFlow for the GPU' : 'TensorFlow',
    after: ['environment'],
    inputs: () => [
      choice,
      choice.device !== 'javascript' && ['cuda', choice.lock].map((name) => hashLock(lockFile(name)))
    ],
    isThere: () => true,
    run: (task) => installTensorflow(project, choice, task)
  };
}

/**
 * @param {Project} project
 * @returns {Step}
 */
function digits(project) {
  return {
    id: 'digits',
    title: 'Images of digits',
    after: ['environment'],
    inputs: () => hashLock(DIGITS),
    isThere: () => fs.existsSync(digitsFile(project)),
    run: (task) => exportDigits(project, task)
  };
}

/**
 * @param {Project} project
 * @returns {Step}
 */
function nodePackages(project) {
  return {
    id: 'node-packages',
    title: 'Node packages',
    after: [],
    inputs: () => [
      project.root,
      process.platform,
      process.arch,
      hashFiles(project.root, ['package-lock.json', '.npmrc'])
    ],
    isThere: () => fs.existsSync(path.join(project.root, 'node_modules', '.package-lock.json')),
    run: async ({ log }) => {
      const [command, words] = npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', ...RETRIES]);
      const outcome = await capture(command, words, { cwd: project.root, log });
      if (outcome.code !== 0) {
        throw explain('npm', 'Installing the Node packages', outcome, { log, root: project.root });
      }
    }
  };
}

const RETRIES = ['--fetch-retries=3', '--fetch-retry-mintimeout=2000', '--fetch-retry-maxtimeout=10000'];

/**
 * @param {Project} project
 * @returns {Step}
 */
function binding(project) {
  return {
    id: 'binding',
    title: 'TensorFlow binding',
    after: ['tensorflow', 'node-packages'],
    inputs: () => [
      project.library,
      process.arch,
      hashFiles(project.library, ['native/binding.js', 'native/quiet_load.cc', 'native/log_level.cc'])
    ],
    isThere: () => tensorflowFolder(project) === null || hasBinding(project.library),
    run: async ({ log }) => {
      // Null where pip had no wheel for this platform: the step before has said so.
      const folder = tensorflowFolder(project);
      if (folder !== null) {
        await compileBinding(project.library, folder, log);
      }
    }
  };
}

/**
 * @param {Project} project
 * @returns {Step}
 */
function customOps(project) {
  return {
    id: 'custom-ops',
    title: 'Custom ops',
    after: ['tensorflow', 'node-packages'],
    inputs: () => [
      project.library,
      process.arch,
      hashLock(OPENBLAS),
      hashFiles(project.library, ['native/custom-ops.js', 'native/ops'])
    ],
    isThere: () => tensorflowFolder(project) === null || hasCustomOps(),
    run: (task) => makeCustomOps(project, task)
  };
}

/**
 * @param {Project} project
 * @returns {Step}
 */
function library(project) {
  return {
    id: 'library',
    title: 'Library (kernel-lib)',
    after: ['node-packages'],
    inputs: () => hashFiles(project.root, ['kernel-lib/src', 'kernel-lib/tsconfig.json', 'tsconfig.base.json']),
    isThere: () => fs.existsSync(path.join(project.library, 'dist', 'index.js')),
    run: (task) => build(project, 'build:lib', ['kernel-lib/dist'], task)
  };
}

/**
 * @param {Project} project
 * @returns {Step}
 */
function extension(project) {
  const output = 'extension/jupyterlab_switchyard/labextension';
  return {
    id: 'extension',
    title: 'JupyterLab extension',
    after: ['environment', 'node-packages', 'library'],
    inputs: () => hashFiles(project.root, ['extension', 'style', 'notebooks', 'package.json', 'tsconfig.base.json']),
    isThere: () => fs.existsSync(path.join(project.root, output, 'package.json')),
    run: (task) => build(project, 'build:extension', ['lib', output], task)
  };
}

/**
 * @param {Project} project
 * @returns {Step}
 */
function wheel(project) {
  return {
    id: 'wheel',
    title: 'Kernel and extension in .venv',
    after: ['environment', 'extension'],
    inputs: () => [
      project.library,
      project.source && hashFiles(project.root, ['pyproject.toml', 'LICENSE', 'extension/jupyterlab_switchyard']),
      !project.source && hashFiles(path.dirname(keptWheel(project)), [path.basename(keptWheel(project))])
    ],
    isThere: () => fs.existsSync(kernelspecFile(project)),
    run: async ({ log }) => {
      const built = project.source ? await buildWheel(project, log) : keptWheel(project);
      await installWheel(project, built, log);
    }
  };
}

/**
 * @param {Project} project
 * @returns {Step}
 */
function notebooks(project) {
  return {
    id: 'notebooks',
    title: 'Shipped notebooks, signed',
    after: ['environment'],
    inputs: () => hashFiles(project.root, shippedNotebooks(project)),
    isThere: () => true,
    run: ({ log }) => trustNotebooks(project, log)
  };
}

/**
 * Runs a build script of package.json; after an interrupted run its outputs are deleted first.
 * @param {Project} project
 * @param {string} script
 * @param {string[]} outputs
 * @param {import('./run-steps').Task} task
 * @returns {Promise<void>}
 */
async function build(project, script, outputs, { log, interrupted }) {
  for (const output of interrupted ? outputs : []) {
    fs.rmSync(path.join(project.root, output), { recursive: true, force: true });
  }
  const [command, words] = npm(['run', '--silent', script]);
  const outcome = await capture(command, words, { cwd: project.root, env: venvEnvironment(project), log });
  if (outcome.code !== 0) {
    throw explain('build', `npm run ${script}`, outcome, { log, root: project.root });
  }
}

module.exports = { listSteps };
