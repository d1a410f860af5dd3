'use strict';

const { count } = require('./leftOut');

/**
 * @typedef {import('./compare').Comparison} Comparison
 *
 * What became of one notebook; `missing`: Python packages without which it was not run.
 * @typedef {{ comparison: Comparison } | { error: string } | { missing: string[] }} Outcome
 * @typedef {{ file: string } & Outcome} Verdict
 */

/** Differences shown of one cell, and characters of one value; the rest is counted. */
const MAX_DIFFERENCES = 10;
const MAX_VALUE = 100;

/**
 * Whether nothing is wrong: the same again, or not run, which the report says.
 * @param {Verdict} verdict
 * @returns {boolean}
 */
function isFine(verdict) {
  return 'missing' in verdict || ('comparison' in verdict && verdict.comparison.different.length === 0);
}

/**
 * A table of the notebooks, and below it what differs in each.
 * @param {Verdict[]} verdicts
 * @returns {string}
 */
function report(verdicts) {
  return [table(verdicts), ...verdicts.map(details).filter((text) => text !== '')].join('\n\n');
}

/**
 * @param {Verdict[]} verdicts
 * @returns {string}
 */
function table(verdicts) {
  const rows = [['notebook', 'cells', 'result'], ...verdicts.map(row)];
  const widths = [0, 1].map((column) => Math.max(...rows.map((cells) => cells[column].length)));
  return rows
    .map(([file, cells, result]) => `${file.padEnd(widths[0])}  ${cells.padStart(widths[1])}  ${result}`)
    .join('\n');
}

/**
 * @param {Verdict} verdict
 * @returns {string[]}
 */
function row(verdict) {
  if ('error' in verdict) {
    return [verdict.file, '-', 'failed'];
  }
  if ('missing' in verdict) {
    return [verdict.file, '-', 'not run'];
  }
  const { cells, different, tolerance } = verdict.comparison;
  const within = tolerance === 0 ? '' : ` within ${String(tolerance)}`;
  return [
    verdict.file,
    String(cells),
    different.length === 0 ? `same${within}` : `different: ${count(different.length, 'cell')}`
  ];
}

/**
 * @param {Verdict} verdict
 * @returns {string} Empty where there is nothing to say.
 */
function details(verdict) {
  if ('error' in verdict) {
    return `${verdict.file}\n${indent(verdict.error)}`;
  }
  if ('missing' in verdict) {
    return `${verdict.file}\n${indent(`it needs what the environment lacks: ${verdict.missing.join(', ')}`)}`;
  }
  const { different, environment, leftOut } = verdict.comparison;
  const cells = different.map(({ number, differences }) => {
    const more = differences.length - MAX_DIFFERENCES;
    const shown = differences.slice(0, MAX_DIFFERENCES).map(describe);
    return [`cell ${String(number)}`, ...shown, ...(more > 0 ? [`  and ${count(more, 'more difference')}`] : [])].join(
      '\n'
    );
  });
  const changes = environment.length === 0 ? [] : [`the environment is another one\n${indent(environment.join('\n'))}`];
  const left = leftOut.length === 0 ? [] : [`not compared\n${indent(leftOut.join('\n'))}`];
  const parts = [...cells, ...changes, ...left];
  return parts.length === 0 ? '' : `${verdict.file}\n${indent(parts.join('\n'))}`;
}

/**
 * @param {import('./values').Difference} difference
 * @returns {string}
 */
function describe({ where, saved, now }) {
  const sides = [saved === null ? [] : [`  - ${short(saved)}`], now === null ? [] : [`  + ${short(now)}`]];
  return [`  ${where} (- saved, + now)`, ...sides.flat()].join('\n');
}

/**
 * @param {string} text
 * @returns {string}
 */
function short(text) {
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text;
}

/**
 * @param {string} text
 * @returns {string}
 */
function indent(text) {
  return text.replace(/^(?=.)/gm, '  ');
}

module.exports = { isFine, report };
