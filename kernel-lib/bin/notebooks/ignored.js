'use strict';

const vm = require('vm');
const { Problem } = require('../support/problem');

/** Milliseconds that a pattern may take on one text: some take longer than the universe is old. */
const PATIENCE = 2000;
const REPLACE = new vm.Script('texts.map((text) => text.replace(pattern, ""))');

/**
 * Texts without what a pattern matches. Patterns come with a notebook, so that each runs within a bound.
 * @param {string[]} texts
 * @param {RegExp} pattern
 * @returns {string[]}
 */
function without(texts, pattern) {
  try {
    return Array.from(REPLACE.runInNewContext({ texts, pattern }, { timeout: PATIENCE }));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
      const rule = `a pattern may take ${String(PATIENCE / 1000)} s on a text`;
      throw new Problem(`metadata.switchyard.ignore: ${rule}, and ${pattern.source} takes longer: write it simpler.`);
    }
    throw error;
  }
}

module.exports = { without };
