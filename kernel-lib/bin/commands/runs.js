'use strict';

const fs = require('fs');
const path = require('path');
const childProcess = require('child_process');
const { Problem } = require('../support/problem');
const { printable } = require('../support/printable');
const { venvProgram } = require('../support/project');

const KINDS = ['tensorboard', 'wandb'];
const ENDING = '.run.json';

const USAGE = `usage: switchyard runs list [FOLDER]
       switchyard runs export ${KINDS.join('|')} [FOLDER] [-o FOLDER]

list says which runs were saved in a folder (show.routing({ save: true }), in Python watch(save=True)); export writes them for TensorBoard, or as
offline runs of Weights & Biases. FOLDER is runs where none is given; -o is by default the name of the other program.`;

/**
 * `switchyard runs list|export`
 * @type {import('./index').Command}
 */
async function runs(project, [action, ...words]) {
  if (action === 'list' && words.length <= 1) {
    const found = read(words[0] ?? 'runs');
    console.log(found.length === 0 ? 'There is no run.' : found.map(row).join('\n'));
    return 0;
  }
  const [kind, ...rest] = words;
  if (action !== 'export' || !KINDS.includes(kind)) {
    throw new Problem(USAGE, { code: 2 });
  }
  const at = rest.indexOf('-o');
  const out = at < 0 ? kind : rest[at + 1];
  const others = at < 0 ? rest : rest.toSpliced(at, 2);
  if (out === undefined || others.length > 1 || others.some((word) => word.startsWith('-'))) {
    throw new Problem(USAGE, { code: 2 });
  }
  const folder = others[0] ?? 'runs';
  if (read(folder).length === 0) {
    throw new Problem(`There is no run in ${printable(folder)}.`);
  }
  const program = path.join(project.library, 'python', 'export_runs.py');
  const { status, stdout, stderr, error } = childProcess.spawnSync(
    venvProgram(project, 'python'),
    ['-X', 'utf8', program, kind, folder, out],
    { encoding: 'utf8' }
  );
  if (status !== 0) {
    throw new Problem(`The runs were not exported: ${error?.message ?? stderr.trim().split('\n').at(-1)}`);
  }
  console.log(printable(String(stdout.trim().split('\n').at(-1))));
  return 0;
}

/**
 * Snapshots of the runs of a folder, in the order of their starts.
 * @param {string} folder
 * @returns {{ name: string, source: any }[]}
 */
function read(folder) {
  if (!fs.existsSync(folder) || !fs.statSync(folder).isDirectory()) {
    throw new Problem(`There is no folder ${printable(folder)}.`);
  }
  const files = fs
    .readdirSync(folder)
    .filter((file) => file.endsWith(ENDING))
    .sort();
  return files.map((file) => {
    try {
      const { source } = JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8'));
      return { name: file.slice(0, -ENDING.length), source: { ...source } };
    } catch (error) {
      throw new Problem(
        `${printable(path.join(folder, file))} is no saved run: ${/** @type {Error} */ (error).message}.`
      );
    }
  });
}

/**
 * @param {{ name: string, source: any }} run
 * @returns {string}
 */
function row({ name, source: { title, step, totalSteps, status } }) {
  // What says that it is under way may have been killed.
  const state = status === 'running' ? 'not ended' : status;
  const done = totalSteps === null ? `step ${step}` : `step ${step} of ${totalSteps}`;
  return [name, printable(String(title)), done, state].join('\t');
}

module.exports = { runs };
