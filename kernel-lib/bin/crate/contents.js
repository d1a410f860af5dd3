'use strict';

const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const { findRecord } = require('../notebooks/environment');
const { Problem } = require('../support/problem');
const { findCheckpoints } = require('./checkpoints');

/**
 * One file of a crate.
 * @typedef {object} CrateFile
 * @property {string} path - In the crate, with `/`.
 * @property {Buffer} bytes
 * @property {string} sha256
 *
 * What a crate holds.
 * @typedef {object} Contents
 * @property {import('../notebooks/environment').EnvironmentRecord} record
 * @property {CrateFile} notebook
 * @property {CrateFile} environment - The record, as a file of its own.
 * @property {{ path: string, step: number, files: CrateFile[] }[]} checkpoints
 * @property {string[]} outside - Folders of checkpoints that the notebook names and the crate has not.
 */

/**
 * Reads what goes into the crate of a notebook.
 * @param {string} file - Of the notebook.
 * @param {import('../notebooks/notebook').Notebook} notebook
 * @param {string[]} checkpoints - Folders beside those that the notebook names.
 * @returns {Contents}
 */
function readContents(file, notebook, checkpoints) {
  const record = findRecord(notebook);
  if (record === null) {
    throw new Problem(`${file} has no environment record: \`npx switchyard run ${file}\` writes one, then this again.`);
  }
  const folder = path.dirname(path.resolve(file));
  const found = findCheckpoints(notebook, folder, checkpoints);
  return {
    record,
    notebook: crateFile(path.basename(file), fs.readFileSync(file)),
    environment: crateFile('environment.json', Buffer.from(`${JSON.stringify(record, null, 2)}\n`)),
    checkpoints: placed(found.checkpoints, folder),
    outside: found.outside
  };
}

/**
 * Checkpoints where the notebook in the crate looks for them; those outside its folder go to `checkpoints/`.
 * @param {import('./checkpoints').Checkpoint[]} found
 * @param {string} folder
 * @returns {Contents['checkpoints']}
 */
function placed(found, folder) {
  const checkpoints = found.map(({ folder: from, files, step }) => {
    const inside = path.relative(folder, from).split(path.sep).join('/');
    const outside = inside === '' || inside.startsWith('..') || path.isAbsolute(inside);
    const to = outside ? `checkpoints/${path.basename(from)}` : inside;
    const read = files.map(({ name, bytes }) => crateFile(`${to}/${name}`, bytes));
    return { path: to, step, files: read };
  });
  const paths = checkpoints.map(({ path: to }) => to);
  const twice = paths.find((to, i) => paths.indexOf(to) < i);
  if (twice !== undefined) {
    throw new Problem(`Two checkpoints would be "${twice}" in the crate: give one of the folders another name.`);
  }
  return checkpoints;
}

/**
 * @param {string} to
 * @param {Buffer} bytes
 * @returns {CrateFile}
 */
function crateFile(to, bytes) {
  return { path: to, bytes, sha256: crypto.createHash('sha256').update(bytes).digest('hex') };
}

module.exports = { readContents };
