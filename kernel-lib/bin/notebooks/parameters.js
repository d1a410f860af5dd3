'use strict';

const { Problem } = require('../support/problem');
const { readDefaults } = require('./defaults');
const { hasTag, newCodeCell, sourceOf } = require('./notebook');

/**
 * @typedef {import('./notebook').Notebook} Notebook
 * @typedef {import('./defaults').Parameter} Parameter
 * @typedef {import('./defaults').Scalar} Scalar
 */

const TAG = 'parameters';
// Line separators, and what would show code in another order than it has.
const UNPRINTED = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const INJECTED_TAG = 'injected-parameters';

/**
 * Puts values in after the cell tagged "parameters", in place of those of an earlier run. Without values the notebook
 * stays as it is.
 * @param {Notebook} notebook
 * @param {Map<string, string>} values - By name, as written on the command line.
 * @returns {Notebook}
 */
function injectParameters(notebook, values) {
  if (values.size === 0) {
    return notebook;
  }
  const cells = notebook.cells.filter((cell) => !hasTag(cell, INJECTED_TAG));
  const at = cells.findIndex((cell) => cell.cell_type === 'code' && hasTag(cell, TAG));
  if (at < 0) {
    throw new Problem(`The notebook takes no parameters: no cell has the tag "${TAG}".`, { code: 2 });
  }
  const parameters = readDefaults(sourceOf(cells[at]));
  const lines = [...values].map(([name, text]) => declaration(find(parameters, name), text));
  return { ...notebook, cells: cells.toSpliced(at + 1, 0, newCodeCell(notebook, INJECTED_TAG, lines.join('\n'))) };
}

/**
 * @param {Parameter[]} parameters
 * @param {string} name
 * @returns {Parameter}
 */
function find(parameters, name) {
  const found = parameters.find((parameter) => parameter.name === name);
  if (found === undefined) {
    const names = parameters.map((parameter) => parameter.name).join(', ') || 'none';
    throw new Problem(`There is no parameter "${name}"; the notebook's parameters are: ${names}.`, { code: 2 });
  }
  return found;
}

/**
 * The line of TypeScript that gives a parameter its value.
 * @param {Parameter} parameter
 * @param {string} text
 * @returns {string}
 */
function declaration({ name, keyword, annotation, type }, text) {
  if (type === null) {
    const rule = 'a number, string, boolean or an array of one of these';
    throw new Problem(`Parameter "${name}" cannot be set: its default is not ${rule}.`, { code: 2 });
  }
  const value = type.endsWith('[]')
    ? parseArray(text, /** @type {Scalar} */ (type.slice(0, -2)))
    : parseScalar(text, /** @type {Scalar} */ (type));
  if (value === undefined) {
    throw new Problem(`Parameter "${name}" must be ${described(type)}, got "${text}".`, { code: 2 });
  }
  // With its type, so that a later cell may compare it with any value of that type.
  return `${keyword} ${name}: ${annotation ?? type} = ${literal(value)};`;
}

/**
 * @param {string} text
 * @param {Scalar} type
 * @returns {number | string | boolean | undefined} Undefined where the text is of another type.
 */
function parseScalar(text, type) {
  if (type === 'string') {
    return text;
  }
  if (type === 'boolean') {
    return text === 'true' ? true : text === 'false' ? false : undefined;
  }
  const number = text.trim() === '' ? NaN : Number(text);
  // A whole number that JavaScript rounds would be another one than was given.
  const rounded = /^\s*[-+]?\d+\s*$/.test(text) && BigInt(text.trim().replace('+', '')) !== BigInt(number);
  return Number.isFinite(number) && !rounded ? number : undefined;
}

/**
 * A value as TypeScript: JSON, less what is not the same there. A line separator would end a string, and the sign of -0 is lost.
 * @param {unknown} value - A string, number or boolean, or a list of one of these.
 * @returns {string}
 */
function literal(value) {
  if (Array.isArray(value)) {
    return `[${value.map(literal).join(', ')}]`;
  }
  return Object.is(value, -0) ? '-0' : JSON.stringify(value).replace(UNPRINTED, escaped);
}

/**
 * @param {string} character - Of one code unit.
 * @returns {string}
 */
function escaped(character) {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * @param {string} text - JSON.
 * @param {Scalar} type - Of each item.
 * @returns {unknown[] | undefined} Undefined where the text is anything else.
 */
function parseArray(text, type) {
  try {
    const items = JSON.parse(text);
    const fits = Array.isArray(items) && items.every((item) => typeof item === type);
    return fits ? items : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {string} type
 * @returns {string}
 */
function described(type) {
  const examples = { 'number[]': '[1, 2]', 'string[]': '["a", "b"]', 'boolean[]': '[true, false]' };
  const example = Object.hasOwn(examples, type) ? examples[/** @type {keyof typeof examples} */ (type)] : null;
  return example === null ? `a ${type}` : `an array as in ${example}`;
}

module.exports = { injectParameters };
