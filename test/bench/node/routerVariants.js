/** @file The router alone: tokens [T, D] to choices and weights [T, K], projection included. */
'use strict';

const { core, routers, tf } = require('@switchyard/kernel-lib');

function topK({ tensors, sizes: { k, numExperts, width } }) {
  const tensor = (name) => tf.tensor(tensors.get(name).values, tensors.get(name).shape);
  const router = routers.topK({ k, balance: {} }).build({ width, numExperts, random: core.Random.fromSeed(0) });
  tf.tidy(() => router.parameters().get('weight').assign(tensor('weight')));
  const x = tf.keep(tensor('x'));
  const route = () => {
    const { weights } = router.route(x, core.Context.create());
    return weights;
  };
  const results = () =>
    tf.tidy(() => {
      const weights = route();
      return { weights: { shape: weights.shape, values: weights.dataSync() } };
    });
  return { run: () => tf.tidy(() => void route()), results, dispose: () => (router.dispose(), x.dispose()) };
}

module.exports = { VARIANTS: { ours: topK } };
