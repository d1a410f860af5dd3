'use strict';

const fs = require('fs');
const os = require('os');
const path = require('path');
const { execute } = require('./execute');
const { codeCells, readNotebook, sourceOf } = require('./notebook');
const { CellProgress } = require('./progress');

/**
 * @typedef {import('../support/project').Project} Project
 * @typedef {import('./notebook').Notebook} Notebook
 */

/**
 * Runs a notebook in a temporary file and reads the result; the kernel runs in `folder`.
 * @param {Project} project
 * @param {Notebook} notebook
 * @param {{ title: string, folder: string }} options - `title`: for the progress.
 * @returns {Promise<{ result: Notebook } | { error: string }>} `error`: the cell that failed, and how.
 */
async function runCopy(project, notebook, { title, folder }) {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'switchyard-'));
  const [source, out] = ['source.ipynb', 'out.ipynb'].map((name) => path.join(place, name));
  const cells = codeCells(notebook);
  const progress = new CellProgress(title, cells.length);
  try {
    fs.writeFileSync(source, JSON.stringify(notebook));
    const failure = await execute(project, { source, out, folder }, (cell) => {
      const number = cells.indexOf(cell) + 1;
      if (number > 0) {
        progress.start(number);
      }
    });
    progress.end(failure === null);
    return failure === null ? { result: readNotebook(out) } : { error: describe(notebook, cells, failure) };
  } finally {
    progress.stop();
    fs.rmSync(place, { recursive: true, force: true });
  }
}

/**
 * @param {Notebook} notebook
 * @param {number[]} cells
 * @param {import('./execute').Failure} failure
 * @returns {string}
 */
function describe(notebook, cells, { cell, name, message, traceback }) {
  const what = `${name}: ${message}`;
  const number = cells.indexOf(cell) + 1;
  if (number === 0) {
    return what;
  }
  const [first] = sourceOf(notebook.cells[cell]).trim().split('\n');
  const heading = `cell ${String(number)} of ${String(cells.length)} failed: ${what}\n  ${first}`;
  return traceback.trim() === '' ? heading : `${heading}\n\n${traceback.trimEnd()}`;
}

module.exports = { runCopy };
