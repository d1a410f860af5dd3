'use strict';

const { models, tf } = require('@switchyard/kernel-lib');
const { buildModel } = require('./exportModel');

const SIZE = 1024;
const RUNS = 10;

/** Operations of the matrix products of a training step, forward and twice as many backward, and how fast one large product runs. */
function stepFloor({ sizes }) {
  const model = buildModel(sizes);
  const gigaflops = (3 * models.activeFlops(model) * sizes.batchSize * sizes.length) / 1e9;
  model.dispose();
  const [a, b] = [1, 2].map((seed) => tf.randomUniform([SIZE, SIZE], -1, 1, 'float32', seed));
  const times = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    tf.matMul(a, b).dispose();
    return performance.now() - start;
  });
  tf.dispose([a, b]);
  return { gigaflops, perSecond: (2 * SIZE ** 3) / 1e6 / Math.min(...times) };
}

module.exports = { stepFloor };
