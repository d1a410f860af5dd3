'use strict';

const { isRanking, sharesOf } = require('./rankings');

/**
 * @typedef {import('./rules').Rules} Rules
 *
 * One place where two runs differ; null where only the other run has something.
 * @typedef {{ where: string, saved: string | null, now: string | null }} Difference
 */

/**
 * Compares JSON data, number by number. A tolerance is relative to the number, in a list of numbers to the largest of the
 * list: a share that is almost nothing may change by as much as its neighbours. Whole numbers count or name something and stand
 * alone.
 * @param {unknown} saved
 * @param {unknown} now
 * @param {Rules} rules
 * @param {string} where - Path of the data.
 * @param {number} [scale] - The largest number of the list that these are of.
 * @returns {Difference[]}
 */
function compareData(saved, now, rules, where, scale = 0) {
  if (typeof saved === 'number' && typeof now === 'number') {
    const counted = Number.isInteger(saved) && Number.isInteger(now);
    return close(saved, now, rules, counted ? 0 : scale) ? [] : [difference(where, saved, now)];
  }
  if (rules.tolerance > 0 && isRanking(saved) && isRanking(now)) {
    const [before, after] = sharesOf(saved, now);
    return compareData(before, after, rules, where).length === 0 ? [] : [difference(where, saved, now)];
  }
  if (!isTree(saved) || !isTree(now) || Array.isArray(saved) !== Array.isArray(now)) {
    return Object.is(saved, now) ? [] : [difference(where, saved, now)];
  }
  const keys = Object.keys({ ...saved, ...now });
  const inside = (/** @type {string} */ key) => (Array.isArray(saved) ? `${where}[${key}]` : `${where}.${key}`);
  const largest = Math.max(largestOf(saved), largestOf(now));
  return keys.flatMap((key) => compareData(saved[key], now[key], rules, inside(key), largest));
}

/**
 * @param {number} a
 * @param {number} b
 * @param {Rules} rules
 * @param {number} [scale] - What a difference is relative to, where it is larger than both.
 * @returns {boolean}
 */
function close(a, b, { tolerance }, scale = 0) {
  return Object.is(a, b) || Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b), scale);
}

/**
 * The largest number of a list by size; 0 for anything but a list of numbers and nulls.
 * @param {unknown} list
 * @returns {number}
 */
function largestOf(list) {
  const numbers = Array.isArray(list) && list.every((item) => item === null || typeof item === 'number') ? list : [];
  return numbers.reduce((most, x) => Math.max(most, Math.abs(x ?? 0)), 0);
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isTree(value) {
  return typeof value === 'object' && value !== null;
}

/**
 * @param {string} where
 * @param {unknown} saved
 * @param {unknown} now
 * @returns {Difference}
 */
function difference(where, saved, now) {
  return { where, saved: JSON.stringify(saved) ?? null, now: JSON.stringify(now) ?? null };
}

module.exports = { close, compareData };
