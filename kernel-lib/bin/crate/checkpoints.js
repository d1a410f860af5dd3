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
 * @property {{ name: string, bytes: Buffer }[]} files - The index and the tensors that it names.
 * @property {number} step - Steps done.
 */

/** As the library's `io/checkpoint`. */
const INDEX = 'checkpoint.json';
const FORMAT = 'switchyard-checkpoint-1';
const TENSORS = /^step-\d+\.safetensors$/;

/**
 * The checkpoints in the notebook's folder that its code names, in any string, and those in `named`, wherever they are. A crate is given
 * away: what lies elsewhere is taken only when the user asks for it, and no link is followed.
 * @param {import('../notebooks/notebook').Notebook} notebook
 * @param {string} folder - The notebook's, from which its paths are read.
 * @param {string[]} named - Folders that must hold one.
 * @returns {{ checkpoints: Checkpoint[], outside: string[] }} `outside`: folders with a checkpoint that the code names and that are left out.
 */
function findCheckpoints(notebook, folder, named) {
  const sources = codeCells(notebook).map((cell) => sourceOf(notebook.cells[cell]));
  const written = sources.flatMap(stringsIn).map((text) => path.resolve(folder, text));
  const asked = named.map((name) => path.resolve(name));
  const missing = asked.find((name) => readCheckpoint(name) === null);
  if (missing !== undefined) {
    throw new Problem(`${missing} holds no whole checkpoint of train.fit.`, { code: 2 });
  }
  const there = [...new Set(written)].filter((place) => !asked.includes(place) && hasIndex(place));
  const inside = there.filter((place) => isWithin(folder, place));
  return {
    checkpoints: [...new Set([...inside, ...asked])].map(readCheckpoint).filter((checkpoint) => checkpoint !== null),
    outside: there.filter((place) => !inside.includes(place))
  };
}

/**
 * @param {string} folder
 * @returns {boolean}
 */
function hasIndex(folder) {
  return !folder.includes('\0') && fs.existsSync(path.join(folder, INDEX));
}

/**
 * Whether `place` is a folder in `folder`, by the links of both.
 * @param {string} folder
 * @param {string} place
 * @returns {boolean}
 */
function isWithin(folder, place) {
  const inside = path.relative(fs.realpathSync(folder), fs.realpathSync(place));
  return inside !== '' && !inside.startsWith('..') && !path.isAbsolute(inside);
}

/**
 * @param {string} folder
 * @returns {Checkpoint | null} Null where the folder is none.
 */
function readCheckpoint(folder) {
  const index = readPlainFile(path.join(folder, INDEX));
  const { format, file, step } = index === null ? {} : parse(index.toString('utf8'));
  if (index === null || format !== FORMAT || !TENSORS.test(file) || !Number.isSafeInteger(step)) {
    return null;
  }
  const tensors = readPlainFile(path.join(folder, file));
  const files = [{ name: INDEX, bytes: index }];
  return tensors === null ? null : { folder, files: [...files, { name: file, bytes: tensors }], step };
}

/**
 * @param {string} file
 * @returns {Buffer | null} Null where it is missing, or anything but a file: a link, which may lead anywhere, or a pipe.
 */
function readPlainFile(file) {
  if (file.includes('\0') || fs.lstatSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    return null;
  }
  // Windows has no such flag, and is looked at once only.
  const opened = fs.openSync(file, fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0));
  try {
    return fs.readFileSync(opened);
  } finally {
    fs.closeSync(opened);
  }
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
