'use strict';

/**
 * Whether a payload was saved by an earlier minor version of the contract than another one.
 * @param {{ schemaVersion?: unknown } | undefined} saved
 * @param {{ schemaVersion?: unknown } | undefined} now
 * @returns {boolean}
 */
function isEarlier(saved, now) {
  const [before, after] = [saved, now].map((payload) => /^1\.(\d{1,4})$/.exec(String(payload?.schemaVersion))?.[1]);
  return before !== undefined && after !== undefined && Number(before) < Number(after);
}

/**
 * Data without the fields that saved data of an earlier version has not: later minor versions only add.
 * @param {unknown} saved
 * @param {unknown} now
 * @returns {unknown}
 */
function withoutLater(saved, now) {
  if (Array.isArray(saved) && Array.isArray(now)) {
    return now.map((item, i) => (i < saved.length ? withoutLater(saved[i], item) : item));
  }
  if (!isRecord(saved) || !isRecord(now)) {
    return now;
  }
  const known = Object.entries(now).filter(([key]) => Object.hasOwn(saved, key));
  return Object.fromEntries(known.map(([key, value]) => [key, withoutLater(saved[key], value)]));
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isRecord(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

module.exports = { isEarlier, withoutLater };
