'use strict';

const { tf } = require('@switchyard/kernel-lib');

/**
 * What the backend needs for as many multiplications without any routing: [T K, D] times one [D, H], times one [H, D],
 * by TensorFlow's own matrix product; with gradients, the four products of these.
 */
function floor(direction) {
  return ({ sizes: { numTokens, k, width, hidden } }) => {
    const rows = numTokens * k;
    const [x, h, w1, w2] = tf.tidy(() =>
      [
        [rows, width],
        [rows, hidden],
        [width, hidden],
        [hidden, width]
      ].map((shape) => tf.keep(tf.randomUniform(shape, -1, 1, 'float32', 1)))
    );
    const run = () =>
      tf.tidy(() => {
        tf.matMul(tf.matMul(x, w1), w2);
        if (direction === 'both') {
          tf.matMul(h, x, true, false);
          tf.matMul(x, w2, false, true);
          tf.matMul(x, h, true, false);
          tf.matMul(h, w1, false, true);
        }
      });
    return { run, results: () => ({}), dispose: () => tf.dispose([x, h, w1, w2]) };
  };
}

module.exports = { floor };
