'use strict';

const fs = require('fs');
const { Problem } = require('../support/problem');

// Python's own JSON, which runs notebooks, ends near 1,000.
const MAX_DEPTH = 500;

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
  const text = fs.readFileSync(file, 'utf8');
  const depth = depthOf(text);
  if (depth > MAX_DEPTH) {
    const most = `at most ${String(MAX_DEPTH)} levels of JSON can be read`;
    throw new Problem(`${file} is no notebook of ours: ${most}, got ${String(depth)}.`, { code: 2 });
  }
  const notebook = parse(text);
  if (notebook?.nbformat !== 4 || !Array.isArray(notebook.cells)) {
    throw new Problem(`${file} is not a notebook of format 4: save it with a current JupyterLab.`, { code: 2 });
  }
  return /** @type {Notebook} */ (notebook);
}

/**
 * How deep the brackets of a JSON text are nested.
 * @param {string} text
 * @returns {number}
 */
function depthOf(text) {
  let depth = 0;
  let most = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '"') {
      for (i++; i < text.length && text[i] !== '"'; i++) {
        i += text[i] === '\\' ? 1 : 0;
      }
    } else if (character === '[' || character === '{') {
      most = Math.max(most, ++depth);
    } else if (character === ']' || character === '}') {
      depth--;
    }
  }
  return most;
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
