'use strict';

const { ops, routers, tf } = require('@switchyard/kernel-lib');

/**
 * The layer as GShard writes it (arXiv 2006.16668, algorithm 1): tokens are dispatched and combined by products with a
 * one-hot tensor [T, E, C]. The capacity C is what the busiest expert needs, so that nothing is dropped.
 */
function oneHotLayer({ tensors, sizes: { numTokens, k, numExperts, width } }) {
  const make = (name) => tf.tidy(() => tf.variable(tf.tensor(tensors.get(name).values, tensors.get(name).shape)));
  const inputs = { x: make('x'), logits: make('logits'), w1: make('w1'), w2: make('w2') };
  const { x, logits, w1, w2 } = inputs;
  const apply = () =>
    tf.tidy(() => {
      const { indices, weights } = routers.selectTopK(logits, { k });
      const { slots, capacity } = assignSlots(indices.dataSync(), numExperts);
      const depth = numExperts * capacity;
      const chosen = tf.oneHot(tf.tensor2d(slots, [numTokens, k], 'int32'), depth).toFloat(); // [T, K, E C]
      const rows = tf.matMul(chosen.sum(1), x, true).reshape([numExperts, capacity, width]);
      const inner = ops.gelu(tf.matMul(rows, w1));
      const outer = tf.matMul(inner, w2).reshape([depth, width]);
      return tf.matMul(chosen.mul(weights.expandDims(2)).sum(1), outer);
    });
  return { apply, inputs, dispose: () => tf.dispose(inputs) };
}

/** Place of each choice among the [E, C] rows. */
function assignSlots(indices, numExperts) {
  const used = new Int32Array(numExperts);
  const places = indices.map((expert) => used[expert]++);
  const capacity = Math.max(...used);
  return { slots: indices.map((expert, choice) => expert * capacity + places[choice]), capacity };
}

module.exports = { oneHotLayer };
