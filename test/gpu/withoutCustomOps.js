'use strict';

const path = require('path');

/** Tests of the custom ops themselves, in test/kernel-lib. */
const OF_CUSTOM_OPS = [
  'base/backend/denseProducts',
  'base/backend/libraryPages',
  'base/ops/customOpRefusals',
  'base/ops/customOps',
  'base/ops/fused',
  'base/ops/packed',
  'base/ops/packedSeveral',
  'base/ops/sanitizer',
  'nn/layers/keptAttention',
  'nn/layers/together'
];

/**
 * Words and environment for Node that run the fast tests of the library on the composed path alone: what a GPU runs, for which there are no custom
 * ops.
 * @param {string} root - The project's folder.
 * @param {NodeJS.ProcessEnv} [environment]
 */
function withoutCustomOps(root, environment = process.env) {
  const left = OF_CUSTOM_OPS.flatMap((name) => ['--exclude', `test/kernel-lib/${name}.test.ts`]);
  return {
    words: [path.join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--project', 'library', ...left],
    env: { ...environment, SWITCHYARD_TIER: 'fast', SWITCHYARD_CUSTOM_OPS: 'none' }
  };
}

module.exports = { withoutCustomOps };
