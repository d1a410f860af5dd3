'use strict';

/** @typedef {import('./runners').Counts} Counts */

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
 * The last line of `npm test`.
 * @param {readonly Counts[]} all
 * @returns {string}
 */
function totalLine(all) {
  const sum = (/** @type {keyof Counts} */ name) => all.reduce((total, counts) => total + counts[name], 0);
  const skipped = sum('skipped');
  const line = `${String(sum('passed'))} passed, ${String(sum('failed'))} failed`;
  return skipped > 0 ? `${line}, ${String(skipped)} skipped` : line;
}

module.exports = { judge, totalLine };
