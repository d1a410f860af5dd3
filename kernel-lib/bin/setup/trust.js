'use strict';

const fs = require('fs');
const path = require('path');
const { explain } = require('../support/explain');
const { capture } = require('../support/process');
const { venvEnvironment, venvProgram } = require('../support/project');

/** @typedef {import('../support/project').Project} Project */

/**
 * The notebooks that come with the clone, relative to it.
 * @param {Project} project
 * @returns {string[]}
 */
function shippedNotebooks({ root }) {
  const folder = path.join(root, 'notebooks');
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  return names.filter((name) => name.endsWith('.ipynb')).map((name) => path.join('notebooks', name));
}

/**
 * Signs the shipped notebooks as Jupyter signs what its user has run: their pictures are shown, not their text instead.
 * @param {Project} project
 * @param {string} log
 * @returns {Promise<void>}
 */
async function trustNotebooks(project, log) {
  const files = shippedNotebooks(project);
  if (files.length === 0) {
    return;
  }
  const program = venvProgram(project, 'jupyter-trust');
  const outcome = await capture(program, files, { cwd: project.root, env: venvEnvironment(project), log });
  if (outcome.code !== 0) {
    throw explain('pip', 'signing the notebooks', outcome, { log, root: project.root });
  }
}

module.exports = { shippedNotebooks, trustNotebooks };
