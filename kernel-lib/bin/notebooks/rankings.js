'use strict';

/** @typedef {{ text: string, share: number }} Ranked */

/**
 * Whether this is a list of texts with their shares, as payloads name an expert's tokens.
 * @param {unknown} value
 * @returns {value is Ranked[]}
 */
function isRanking(value) {
  const ranked = (/** @type {Partial<Ranked> | null} */ item) =>
    typeof item?.text === 'string' && typeof item.share === 'number' && Object.keys(item).length === 2;
  return Array.isArray(value) && value.length > 0 && value.every(ranked);
}

/**
 * The shares of all texts of two rankings, in one order. A text that one of them leaves out has at most its least share
 * there, and counts as that: close shares may trade places, and the last may fall out.
 * @param {Ranked[]} a
 * @param {Ranked[]} b
 * @returns {[number[], number[]]}
 */
function sharesOf(a, b) {
  const texts = [...new Set([...a, ...b].map(({ text }) => text))];
  const column = (/** @type {Ranked[]} */ ranking) => {
    const least = Math.min(...ranking.map(({ share }) => share));
    return texts.map((text) => ranking.find((item) => item.text === text)?.share ?? least);
  };
  return [column(a), column(b)];
}

module.exports = { isRanking, sharesOf };
