'use strict';

/**
 * @typedef {import('./rules').Rules} Rules
 *
 * One place where two runs differ; null where only the other run has something.
 * @typedef {{ where: string, saved: string | null, now: string | null }} Difference
 */

/**
 * Compares JSON data, number by number.
 * @param {unknown} saved
 * @param {unknown} now
 * @param {Rules} rules
 * @param {string} where - Path of the data.
 * @returns {Difference[]}
 */
function compareData(saved, now, rules, where) {
  if (typeof saved === 'number' && typeof now === 'number') {
    return close(saved, now, rules) ? [] : [difference(where, saved, now)];
  }
  if (!isTree(saved) || !isTree(now) || Array.isArray(saved) !== Array.isArray(now)) {
    return Object.is(saved, now) ? [] : [difference(where, saved, now)];
  }
  const keys = Object.keys({ ...saved, ...now });
  const inside = (/** @type {string} */ key) => (Array.isArray(saved) ? `${where}[${key}]` : `${where}.${key}`);
  return keys.flatMap((key) => compareData(saved[key], now[key], rules, inside(key)));
}

/**
 * @param {number} a
 * @param {number} b
 * @param {Rules} rules
 * @returns {boolean}
 */
function close(a, b, { tolerance }) {
  return Object.is(a, b) || Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));
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
