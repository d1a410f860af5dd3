'use strict';

const fs = require('fs');
const path = require('path');
const { codeCells, sourceOf } = require('../notebooks/notebook');
const { loadTypeScript } = require('../notebooks/typescript');
const { Problem } = require('../support/problem');

/**
 * A checkpoint of `train.fit` on the disk.
 * @typedef {object} Checkpoint
 * @property {string} folder
 * @property {string[]} files - Names in the folder: the index and the tensors that it names.
 * @property {number} step - Steps done.
 */

/** As the library's `io/checkpoint`. */
const INDEX = 'checkpoint.json';
const FORMAT = 'switchyard-checkpoint-1';

/**
 * The checkpoints that a notebook's code names, in any string, and those in `named`.
 * @param {import('../notebooks/notebook').Notebook} notebook
 * @param {string} folder - The notebook's, from which its paths are read.
 * @param {string[]} named - Folders that must hold one.
 * @returns {Checkpoint[]}
 */
function findCheckpoints(notebook, folder, named) {
  const sources = codeCells(notebook).map((cell) => sourceOf(notebook.cells[cell]));
  const written = sources.flatMap(stringsIn).map((text) => path.resolve(folder, text));
  const missing = named.find((name) => readCheckpoint(path.resolve(name)) === null);
  if (missing !== undefined) {
    throw new Problem(`${missing} holds no whole checkpoint of train.fit.`, { code: 2 });
  }
  const folders = new Set([...written, ...named.map((name) => path.resolve(name))]);
  return [...folders].map(readCheckpoint).filter((checkpoint) => checkpoint !== null);
}

/**
 * @param {string} folder
 * @returns {Checkpoint | null} Null where the folder is none.
 */
function readCheckpoint(folder) {
  const index = path.join(folder, INDEX);
  if (folder.includes('\0') || !fs.existsSync(index)) {
    return null;
  }
  const { format, file, step } = parse(fs.readFileSync(index, 'utf8'));
  const whole = format === FORMAT && typeof file === 'string' && fs.existsSync(path.join(folder, path.basename(file)));
  return whole ? { folder, files: [INDEX, path.basename(file)], step } : null;
}

/**
 * @param {string} text
 * @returns {any} An empty object where the text is no JSON object.
 */
function parse(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/**
 * The string literals of a cell.
 * @param {string} source
 * @returns {string[]}
 */
function stringsIn(source) {
  const ts = loadTypeScript();
  /** @type {string[]} */
  const found = [];
  const visit = (/** @type {import('@tslab/typescript-for-tslab').Node} */ node) => {
    if (ts.isStringLiteralLike(node)) {
      found.push(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('cell.ts', source, ts.ScriptTarget.ES2022, true));
  return found;
}

module.exports = { findCheckpoints };
