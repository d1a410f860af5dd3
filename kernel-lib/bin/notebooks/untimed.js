'use strict';

/**
 * A payload's data without what a clock said: values under "milliseconds" and "duration", and amounts whose unit is "ms". They differ from run to run.
 * @param {unknown} data
 * @returns {unknown}
 */
function untimed(data) {
  return isTimed(data) ? JSON.parse(JSON.stringify(data, timeless)) : data;
}

/**
 * Whether there is such a time in a payload's data.
 * @param {unknown} data
 * @returns {boolean}
 */
function isTimed(data) {
  let found = false;
  JSON.stringify(data ?? null, function (key, value) {
    found ||= isTime.call(this, key, value);
    return value;
  });
  return found;
}

/**
 * Whether each of many things in a payload's data has a time of its own, as trials have: the text of the payload is a table of them.
 * @param {unknown} data
 * @returns {boolean}
 */
function isTimedByRow(data) {
  return /"duration":\d/.test(JSON.stringify(data ?? null));
}

/**
 * @this {Record<string, unknown>}
 * @param {string} key
 * @param {unknown} value
 * @returns {unknown}
 */
function timeless(key, value) {
  return isTime.call(this, key, value) ? '(measured)' : value;
}

/**
 * @this {Record<string, unknown>}
 * @param {string} key
 * @param {unknown} value
 * @returns {boolean}
 */
function isTime(key, value) {
  const measured = ['milliseconds', 'duration'].includes(key) && typeof value === 'number';
  return measured || (key === 'amounts' && this.unit === 'ms');
}

module.exports = { isTimed, isTimedByRow, untimed };
