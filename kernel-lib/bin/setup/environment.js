'use strict';

const fs = require('fs');
const path = require('path');
const { explain } = require('../support/explain');
const { Problem } = require('../support/problem');
const { capture } = require('../support/process');
const { venvProgram } = require('../support/project');
const { fromLock, lockFile, PIP } = require('./pip');
const { findPython } = require('./python');

/**
 * The lock of the Python packages: a clone's, with the tools to build and test, or what a folder needs beside the wheel.
 * @param {Pick<import('../support/project').Project, 'root' | 'source'>} project
 * @returns {string}
 */
function environmentLock({ root, source }) {
  return source ? path.join(root, 'requirements.txt') : lockFile('jupyterlab');
}

/**
 * Makes the virtual environment anew, with the Python packages in it.
 * @param {import('../support/project').Project} project
 * @param {string} log
 * @returns {Promise<void>}
 */
async function makeEnvironment(project, log) {
  const places = { log, root: project.root };
  clear(project.venv);
  fs.mkdirSync(project.venv);
  fs.writeFileSync(marker(project.venv), 'Made by switchyard, which may delete this folder and make it again.\n');
  const venv = await capture(findPython().command, ['-I', '-m', 'venv', project.venv], { log });
  if (venv.code !== 0) {
    throw explain('pip', 'Making the virtual environment', venv, places);
  }
  const packages = fromLock(environmentLock(project));
  const pip = await capture(venvProgram(project, 'python'), [...PIP, 'install', ...packages], { log });
  if (pip.code !== 0) {
    throw explain('pip', 'Installing the Python packages', pip, places);
  }
}

/**
 * Deletes an environment of ours; refuses to touch one that somebody else made.
 * @param {string} venv
 */
function clear(venv) {
  if (fs.lstatSync(venv, { throwIfNoEntry: false }) === undefined) {
    return;
  }
  if (!fs.existsSync(marker(venv))) {
    throw new Problem(`${venv} was not made by switchyard: move it away and run this again.`);
  }
  fs.rmSync(venv, { recursive: true, force: true });
}

/**
 * @param {string} venv
 * @returns {string}
 */
function marker(venv) {
  return path.join(venv, '.switchyard');
}

module.exports = { environmentLock, makeEnvironment };
