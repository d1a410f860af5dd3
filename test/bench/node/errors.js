'use strict';

/**
 * Largest absolute difference of each named value from the reference, relative to the reference's largest magnitude.
 *
 * @param {Record<string, { values: ArrayLike<number> }>} actual
 * @param {Map<string, { values: ArrayLike<number> }>} reference
 * @returns {Record<string, number>} Null stands for NaN or a missing value.
 */
function largestErrors(actual, reference) {
  return Object.fromEntries([...reference].map(([name, { values }]) => [name, relative(actual[name]?.values, values)]));
}

function relative(actual, reference) {
  if (actual?.length !== reference.length) {
    return null;
  }
  let worst = 0;
  let scale = 0;
  for (let i = 0; i < reference.length; i++) {
    const difference = Math.abs(actual[i] - reference[i]);
    if (Number.isNaN(difference)) {
      return null;
    }
    worst = Math.max(worst, difference);
    scale = Math.max(scale, Math.abs(reference[i]));
  }
  return worst / Math.max(scale, 1e-30);
}

module.exports = { largestErrors };
