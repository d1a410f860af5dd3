'use strict';

const path = require('path');
const { compileCustomOps } = require('../../native/custom-ops');
const { explain } = require('../support/explain');
const { capture } = require('../support/process');
const { venvProgram } = require('../support/project');
const { fromLock, lockFile, PIP } = require('./pip');
const { tensorflowFolder } = require('./tensorflow');

// 8 MB, BSD licence; ahead of MKL (221 MB) on AMD, level on Intel.
const OPENBLAS = lockFile('openblas');

/**
 * Installs OpenBLAS beside TensorFlow and compiles the custom ops against both. Where that cannot be, the library
 * composes the same functions of TensorFlow's own ops: slower, so it is said, but no reason to stop.
 * @param {import('../support/project').Project} project
 * @param {import('./run-steps').Task} task
 * @returns {Promise<void>}
 */
async function makeCustomOps(project, { log, warn }) {
  const tensorflow = tensorflowFolder(project);
  if (tensorflow === null) {
    return;
  }
  const places = { log, root: project.root };
  const lost = 'routed layers run on plain TensorFlow ops instead, up to five times slower.';
  const pip = await capture(venvProgram(project, 'python'), [...PIP, 'install', ...fromLock(OPENBLAS)], { log });
  if (pip.code !== 0) {
    warn(`${explain('pip', 'Installing OpenBLAS', pip, places).message} Until then ${lost}`);
    return;
  }
  const openblas = path.join(path.dirname(tensorflow), 'scipy_openblas32');
  const outcome = await compileCustomOps({ library: project.library, tensorflow, openblas, log });
  if (outcome.code !== 0) {
    warn(`${explain('compiler', 'Compiling the custom ops', outcome, places).message} Until then ${lost}`);
  }
}

module.exports = { makeCustomOps, OPENBLAS };
