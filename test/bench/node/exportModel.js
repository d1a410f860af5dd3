'use strict';

const fs = require('fs');
const { core, io, models, routers } = require('@switchyard/kernel-lib');

/** The model of the training benchmark, or its dense twin. */
function buildModel({ routed, layers, width, numExperts, k, length, vocabSize }) {
  const router = routers.topK({ k });
  const model = models.moeTransformer({
    ...{ layers, width, experts: numExperts, router, contextLength: length, vocabSize, seed: 1 }
  });
  if (routed) {
    return model;
  }
  const twin = models.denseTwin(model);
  model.dispose();
  return twin;
}

/** Writes the model's initial parameters and a batch of tokens, for this and the other library to train from. */
function exportModel({ file, sizes }) {
  const model = buildModel(sizes);
  const { batchSize, length, vocabSize } = sizes;
  const next = core.Random.fromSeed(3).generator();
  const count = batchSize * (length + 1);
  const batch = {
    shape: [batchSize, length + 1],
    values: Int32Array.from({ length: count }, () => next() * vocabSize)
  };
  const tensors = new Map([['batch', batch]]);
  for (const [path, { variable }] of model.parameters()) {
    tensors.set(path, { shape: variable.shape, values: variable.dataSync() });
  }
  const metadata = { sizes: JSON.stringify({ ...sizes, kind: 'training', heads: model.options.heads }) };
  fs.writeFileSync(file, Buffer.concat(io.encodeSafetensors({ tensors, metadata })));
  model.dispose();
  return {};
}

module.exports = { buildModel, exportModel };
