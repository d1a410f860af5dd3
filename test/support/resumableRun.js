'use strict';

/**
 * @file A training that goes on from its checkpoint where there is one: `node resumableRun.js FOLDER STEPS`. It prints
 * the steps that the checkpoint has, then each step as it is done, and at the end a hash of all that it learnt and
 * measured.
 */

const { createHash } = require('crypto');
const { existsSync } = require('fs');
const path = require('path');
const { data, io, models, routers, train } = require('@switchyard/kernel-lib');

const [folder, steps] = process.argv.slice(2);
const say = (/** @type {object} */ event) => process.stdout.write(`${JSON.stringify(event)}\n`);

async function main() {
  const words = ['route', 'expert', 'token', 'gate', 'layer', 'the', 'a', 'of'];
  const line = (/** @type {number} */ i) =>
    Array.from({ length: 60 }, (_, j) => words[(i * 7 + j * j + 3) % words.length]).join(' ');
  const text = data.fromStrings({ one: Array.from({ length: 20 }, (_, i) => line(i)) });
  // Noise in the router and a balance that keeps a state: both must come back as they were.
  const router = routers.topK({ k: 2, jitter: 0.1, balance: { bias: { rate: 0.01 } } });
  const model = models.moeTransformer({ layers: 2, width: 32, contextLength: 32, experts: 8, router });
  const resume = existsSync(path.join(folder, 'checkpoint.json')) ? { resume: folder } : {};
  say({ resumed: 'resume' in resume });
  const { losses, validation, ...result } = await train.fit(model, text, {
    ...{ steps: Number(steps), seed: 1, batchSize: 8, evaluateBatches: 1, evaluateEvery: 50, progress: false },
    ...{ checkpoint: { path: folder, every: 3 }, ...resume },
    watch: { start() {}, end() {}, step: ({ step }) => say({ step }) }
  });
  const hash = createHash('sha256').update(JSON.stringify({ losses, validation }));
  for (const [name, variable] of io.modelVariables(model)) {
    const { buffer, byteOffset, byteLength } = variable.dataSync();
    hash.update(name).update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  say({ status: result.status, losses: losses.length, hash: hash.digest('hex') });
}

void main();
