'use strict';

/** Numbers in [0, 1), the same for the same seed (mulberry32): fast enough for the weights of the largest case. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** `shape` filled with uniform numbers of standard deviation `deviation`. */
function uniform(shape, deviation, next) {
  const scale = 2 * Math.sqrt(3) * deviation;
  const values = new Float32Array(shape.reduce((product, n) => product * n, 1));
  for (let i = 0; i < values.length; i++) {
    values[i] = (next() - 0.5) * scale;
  }
  return { shape, values };
}

module.exports = { generator, uniform };
