'use strict';

const { without } = require('./ignored');
const { close } = require('./values');

/**
 * @typedef {import('./rules').Rules & { leftOut?: import('./leftOut').LeftOut }} Rules
 * @typedef {import('./values').Difference} Difference
 */

// Part of no word: "layer2" is a name.
const NUMBER = /(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?!\w)/g;

/**
 * Compares text line by line, and the numbers in a line as numbers.
 * @param {string} saved
 * @param {string} now
 * @param {Rules} rules
 * @param {string} where
 * @returns {Difference[]}
 */
function compareText(saved, now, rules, where) {
  const [a, b] = [saved, now].map((text) => comparedLines(text, rules));
  const length = Math.max(a.length, b.length);
  return Array.from({ length }, (_, i) => i).flatMap((i) => {
    const [left, right] = [a[i] ?? null, b[i] ?? null];
    const same = left !== null && right !== null && sameLine(left, right, rules);
    return same ? [] : [{ where: `${where}, line ${String(i + 1)}`, saved: left, now: right }];
  });
}

/**
 * The lines of a text without what is ignored; a line that is ignored as a whole is none.
 * @param {string} text
 * @param {Rules} rules
 * @returns {string[]}
 */
function comparedLines(text, { ignore, leftOut }) {
  const lines = text.replace(/\n$/, '').split('\n');
  const left = ignore.reduce((rest, ignored) => {
    const shorter = without(rest, ignored.pattern);
    leftOut?.ignored(ignored, shorter.filter((line, i) => line !== rest[i]).length);
    return shorter;
  }, lines);
  // What is ignored had a width, to which a table fills up with blanks.
  const told = left.map((line, i) => (line === lines[i] ? line : line.replace(/ +/g, ' ').trim()));
  return told.filter((line, i) => line === lines[i] || line !== '');
}

/**
 * @param {string} a
 * @param {string} b
 * @param {Rules} rules
 * @returns {boolean}
 */
function sameLine(a, b, rules) {
  if (a === b || rules.tolerance === 0) {
    return a === b;
  }
  const [left, right] = [a, b].map((line) => line.match(NUMBER) ?? []);
  const words = a.replace(NUMBER, '#') === b.replace(NUMBER, '#') && left.length === right.length;
  return words && left.every((number, i) => close(Number(number), Number(right[i]), rules));
}

module.exports = { compareText };
