'use strict';

const { printable } = require('../support/printable');
const { without } = require('./ignored');
const { joined } = require('./notebook');
const { readRules } = require('./rules');

/**
 * @typedef {import('./notebook').Notebook} Notebook
 * @typedef {import('./notebook').Output} Output
 */

const OURS = 'application/vnd.switchyard.';
const PICTURE = 'image/svg+xml';

/**
 * A notebook for tools that compare text: each output keeps its text alone where it carries data of ours, from which
 * its picture is drawn, and loses what the notebook's rules ignore.
 * @param {Notebook} notebook
 * @returns {Notebook}
 */
function plainForms(notebook) {
  const { ignore } = readRules(notebook);
  const clean = (/** @type {unknown} */ text) =>
    ignore.reduce((rest, { pattern }) => without([rest], pattern)[0], joined(text));
  const cells = notebook.cells.map((cell) =>
    cell.outputs === undefined ? cell : { ...cell, outputs: cell.outputs.map((output) => plainOutput(output, clean)) }
  );
  return /** @type {Notebook} */ (readable({ ...notebook, cells }));
}

/**
 * Data with every string as a terminal may get it.
 * @param {unknown} data
 * @returns {unknown}
 */
function readable(data) {
  if (typeof data === 'string') {
    return printable(data);
  }
  if (Array.isArray(data)) {
    return data.map(readable);
  }
  return typeof data === 'object' && data !== null
    ? Object.fromEntries(Object.entries(data).map(([key, value]) => [printable(key), readable(value)]))
    : data;
}

/**
 * @param {Output} output
 * @param {(text: unknown) => string} clean
 * @returns {Output}
 */
function plainOutput(output, clean) {
  if (output.output_type === 'stream') {
    return { ...output, text: clean(output.text) };
  }
  const forms = Object.entries(/** @type {Record<string, unknown>} */ (output.data ?? {}));
  const ours = forms.some(([type]) => type.startsWith(OURS));
  const kept = forms.filter(([type]) => !ours || (!type.startsWith(OURS) && type !== PICTURE));
  const data = kept.map(([type, form]) => [type, type === 'text/plain' ? clean(form) : form]);
  return output.data === undefined ? output : { ...output, data: Object.fromEntries(data) };
}

module.exports = { plainForms };
