'use strict';

const { Problem } = require('../support/problem');

/**
 * What counts as the same.
 * @typedef {object} Rules
 * @property {number} tolerance - Largest relative difference of two numbers; 0 compares them exactly.
 * @property {Ignored[]} ignore - What of a line of text is left out of the comparison.
 *
 * @typedef {object} Ignored
 * @property {RegExp} pattern
 * @property {string} name - As a report calls it.
 * @property {boolean} own - True where the notebook asks for it.
 */

// The library's progress line, "finished: step 20 of 20, loss 3.284, 1.0 steps/s": its speed, and the time left.
const SPEED = {
  name: 'speeds of trainings',
  own: false,
  pattern: /(?<=step \d+ of \d+, loss \S+), \S+ steps\/s(, \d+:\d\d left)?/g
};
// How long a run took, in what `train.fit` resolves to and in other results.
const SECONDS = { name: 'seconds of results', own: false, pattern: /(?<=\bseconds: )[\d.e+-]+/g };

// The line of a table of costs that has what a clock said.
const TIMES = { name: 'measured times', own: false, pattern: /(?<=^milliseconds\b).*$/gm };

/**
 * Reads a notebook's `switchyard` metadata: `tolerance`, a number, and `ignore`, a list of regular expressions.
 * @param {import('./notebook').Notebook} notebook
 * @returns {Rules}
 */
function readRules({ metadata }) {
  const { tolerance = 0, ignore = [] } = metadata.switchyard ?? {};
  if (typeof tolerance !== 'number' || !(tolerance >= 0 && tolerance < 1)) {
    throw new Problem(`metadata.switchyard.tolerance must be a number in 0..1, got ${JSON.stringify(tolerance)}.`);
  }
  if (!Array.isArray(ignore)) {
    throw new Problem(`metadata.switchyard.ignore must be a list of regular expressions.`);
  }
  return { tolerance, ignore: [SPEED, SECONDS, TIMES, ...ignore.map(compile)] };
}

/**
 * @param {unknown} pattern
 * @returns {Ignored}
 */
function compile(pattern) {
  try {
    return { pattern: new RegExp(String(pattern), 'gu'), name: String(pattern), own: true };
  } catch (error) {
    throw new Problem(`metadata.switchyard.ignore: ${/** @type {Error} */ (error).message}.`);
  }
}

module.exports = { readRules };
