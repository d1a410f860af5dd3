'use strict';

const { skippedLines } = require('./skipped');

/** @typedef {import('./runners').Counts} Counts */
/** @typedef {import('./skipped').Skipped} Skipped */

/**
 * Judges one runner: a runner that crashed, or ran nothing, has one failure more than it counted.
 * @param {{ code: number, counts: Counts }} outcome
 * @returns {Counts & { note: string }}
 */
function judge({ code, counts }) {
  if (counts.passed + counts.failed + counts.skipped === 0) {
    return { ...counts, failed: 1, note: `ran no test (exit code ${String(code)})` };
  }
  if (code !== 0 && counts.failed === 0) {
    return { ...counts, failed: 1, note: `ended with exit code ${String(code)}` };
  }
  return { ...counts, note: '' };
}

/**
 * The total of runners, in a line.
 * @param {readonly Counts[]} all
 * @returns {string}
 */
function totalLine(all) {
  const sum = (/** @type {keyof Counts} */ name) => all.reduce((total, counts) => total + counts[name], 0);
  const skipped = sum('skipped');
  const line = `${String(sum('passed'))} passed, ${String(sum('failed'))} failed`;
  return skipped > 0 ? `${line}, ${String(skipped)} skipped` : line;
}

/**
 * The end of `npm test`: the tests that were skipped, a line each with the reason why, and the total.
 * @param {readonly Counts[]} all
 * @param {readonly Skipped[]} skips
 * @returns {string}
 */
function closing(all, skips) {
  return [...skippedLines(skips), totalLine(all)].join('\n');
}

module.exports = { closing, judge, totalLine };
