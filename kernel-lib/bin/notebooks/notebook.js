'use strict';

const fs = require('fs');
const { Problem } = require('../support/problem');

/**
 * The parts of a notebook's file (nbformat 4) that are read here; the others are kept as they are.
 * @typedef {Record<string, unknown> & { output_type: string }} Output
 *
 * @typedef {object} Cell
 * @property {string} cell_type
 * @property {string | string[]} source
 * @property {{ tags?: string[] } & Record<string, unknown>} metadata
 * @property {Output[]} [outputs] - Of code cells.
 * @property {number | null} [execution_count]
 * @property {string} [id]
 *
 * @typedef {object} Notebook
 * @property {number} nbformat
 * @property {number} nbformat_minor
 * @property {Record<string, any>} metadata
 * @property {Cell[]} cells
 */

/**
 * @param {string} file
 * @returns {Notebook}
 */
function readNotebook(file) {
  if (!fs.existsSync(file)) {
    throw new Problem(`There is no notebook ${file}.`, { code: 2 });
  }
  const notebook = parse(fs.readFileSync(file, 'utf8'));
  if (notebook?.nbformat !== 4 || !Array.isArray(notebook.cells)) {
    throw new Problem(`${file} is not a notebook of format 4: save it with a current JupyterLab.`, { code: 2 });
  }
  return /** @type {Notebook} */ (notebook);
}

/**
 * @param {string} text
 * @returns {Partial<Notebook> | null}
 */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * @param {unknown} text - A string, or its lines, as nbformat has both.
 * @returns {string}
 */
function joined(text) {
  return Array.isArray(text) ? text.join('') : String(text);
}

/**
 * @param {Cell} cell
 * @returns {string}
 */
function sourceOf(cell) {
  return joined(cell.source);
}

/**
 * Indices of the cells that run; their order gives the numbers that people see.
 * @param {Notebook} notebook
 * @returns {number[]}
 */
function codeCells(notebook) {
  return notebook.cells.flatMap((cell, i) => (cell.cell_type === 'code' && sourceOf(cell).trim() !== '' ? [i] : []));
}

/**
 * A code cell that is not in the file yet.
 * @param {Notebook} notebook - Older formats have no ids.
 * @param {string} tag - Serves as its id as well.
 * @param {string} source
 * @returns {Cell}
 */
function newCodeCell({ nbformat_minor: minor }, tag, source) {
  const id = minor >= 5 ? { id: tag } : {};
  return { cell_type: 'code', ...id, metadata: { tags: [tag] }, source, outputs: [], execution_count: null };
}

/**
 * @param {Cell} cell
 * @param {string} tag
 * @returns {boolean}
 */
function hasTag(cell, tag) {
  return cell.metadata.tags?.includes(tag) ?? false;
}

module.exports = { codeCells, hasTag, joined, newCodeCell, readNotebook, sourceOf };
