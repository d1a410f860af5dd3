'use strict';

const childProcess = require('child_process');
const fs = require('fs');
const path = require('path');
const readline = require('readline');
const { Problem } = require('../support/problem');
const { venvEnvironment, venvProgram } = require('../support/project');

/**
 * @typedef {import('../support/project').Project} Project
 *
 * How a run failed.
 * @typedef {object} Failure
 * @property {number} cell - Index into the notebook's cells; negative where no cell had started.
 * @property {string} name
 * @property {string} message
 * @property {string} traceback
 *
 * @typedef {{ event: 'start', cell: number } | ({ event: 'failed' } & Failure) | { event: 'finished' }} RunEvent
 */

const KEPT_MESSAGES = 20_000;

/**
 * Runs a notebook to its end, and writes it with its outputs to `out` when every cell has succeeded.
 * @param {Project} project
 * @param {{ source: string, out: string, folder: string }} files - `folder`: where the kernel runs.
 * @param {(cell: number) => void} onCell - Called with the index of each cell before it runs.
 * @returns {Promise<Failure | null>} Null where every cell succeeded.
 */
function execute(project, { source, out, folder }, onCell) {
  const python = venvProgram(project, 'python');
  if (!fs.existsSync(python)) {
    throw new Problem(`${project.venv} is missing: run \`npx switchyard setup\` and then this again.`);
  }
  const words = [...program(project), source, out, folder];
  // In its own process group, so that Ctrl-C ends us alone; it ends, and the kernel with it, when its input closes.
  const child = childProcess.spawn(python, words, { env: venvEnvironment(project), stdio: 'pipe', detached: true });
  let messages = '';
  child.stderr.on('data', (/** @type {Buffer} */ chunk) => {
    messages = (messages + chunk.toString()).slice(-KEPT_MESSAGES);
  });
  return new Promise((resolve, reject) => {
    /** @type {Failure | null} */
    let failure = null;
    let finished = false;
    readline.createInterface({ input: child.stdout }).on('line', (text) => {
      const event = /** @type {RunEvent} */ (JSON.parse(text));
      if (event.event === 'start') {
        onCell(event.cell);
      } else if (event.event === 'failed') {
        failure = event;
      } else {
        finished = true;
      }
    });
    child.on('error', reject);
    child.on('close', () => {
      if (failure === null && !finished) {
        reject(new Problem(`The notebook could not be run: ${reason(messages)}`));
      } else {
        resolve(failure);
      }
    });
  });
}

/**
 * How Python is told to run the notebook: by the file of a clone, else by the installed package.
 * @param {Project} project
 * @returns {string[]}
 */
function program({ root, source }) {
  return source
    ? [path.join(root, 'extension', 'jupyterlab_switchyard', 'execute.py')]
    : ['-I', '-m', 'jupyterlab_switchyard.execute'];
}

/**
 * @param {string} messages - What Python said before it ended.
 * @returns {string}
 */
function reason(messages) {
  if (/No module named '?(nbclient|nbformat|jupyterlab_switchyard)/.test(messages)) {
    return 'a Python package is missing; `npx switchyard setup` installs it.';
  }
  return messages.trim().split('\n').at(-1) ?? '';
}

module.exports = { execute };
