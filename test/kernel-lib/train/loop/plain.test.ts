import { spawnSync } from 'child_process';
import { join } from 'path';
import { expect, test } from 'vitest';

const ROOT = join(__dirname, '../../../..');

/** Before anything is loaded, the binding is made one that cannot load. */
const PROGRAM = `
const Module = require('module');
const load = Module._load;
Module._load = function (request, ...rest) {
  if (request === '@tensorflow/tfjs-node-gpu') throw new Error('no binding');
  return load.call(this, request, ...rest);
};
const { data, device, models, routers, train } = require('@switchyard/kernel-lib');
const words = (word) => Array.from({ length: 4 }, (_, i) => (word + ' ' + i + ' ').repeat(9));
const text = data.fromStrings({ lower: words('route'), upper: words('TOKEN') });
const model = models.moeTransformer({ layers: 1, width: 8, heads: 1, experts: 4, contextLength: 8, router: routers.topK({ k: 2 }) });
train.fit(model, text, { steps: 3, batchSize: 2, progress: false, seed: 1 }).then(({ status, steps }) =>
  console.log(JSON.stringify({ status, steps, ...device() }))
);`;

test('a mixture trains on plain TensorFlow.js where the native library does not load', () => {
  const { stdout } = spawnSync(process.execPath, ['-e', PROGRAM], { cwd: ROOT, encoding: 'utf8' });
  expect(JSON.parse(stdout)).toEqual({
    ...{ status: 'finished', steps: 3 },
    ...{ kind: 'javascript', backend: 'cpu', loadError: 'no binding' }
  });
});
