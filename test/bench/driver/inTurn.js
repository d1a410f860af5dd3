'use strict';

/**
 * Takes samples of two ways in turn, A B, B A, A B, ...: what else the machine does falls on both alike.
 *
 * @param {{ pairs: number, warmUps: number }} counts - Pairs that are kept, and those before them that are not.
 * @param {[() => Promise<object>, () => Promise<object>]} ways - Each resolves with one sample.
 * @returns The samples of each way, pair by pair.
 */
async function inTurn({ pairs, warmUps }, ways) {
  const samples = [[], []];
  for (let pair = 0; pair < warmUps + pairs; pair++) {
    for (const way of pair % 2 === 0 ? [0, 1] : [1, 0]) {
      const sample = await ways[way]();
      if (pair >= warmUps) {
        samples[way].push(sample);
      }
    }
  }
  return samples;
}

module.exports = { inTurn };
