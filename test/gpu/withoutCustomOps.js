'use strict';

/** Tests of the custom ops themselves, which `vitest.config.mts` leaves out where the ops are off. */
const OF_CUSTOM_OPS = [
  'base/backend/denseProducts',
  'base/backend/libraryPages',
  'base/ops/customOpRefusals',
  'base/ops/customOps',
  'base/ops/elementwise',
  'base/ops/fused',
  'base/ops/packed',
  'base/ops/packedSeveral',
  'base/ops/reshape',
  'base/ops/sanitizer',
  'nn/layers/keptAttention',
  'nn/layers/together'
].map((name) => `**/test/kernel-lib/${name}.test.ts`);

/**
 * Words and environment for Node that run the fast tests of the library on the composed path alone: what a GPU runs, for which there are no custom
 * ops.
 * @param {string} root - The project's folder.
 * @param {NodeJS.ProcessEnv} [environment]
 */
function withoutCustomOps(root, environment = process.env) {
  return {
    words: [`${root}/node_modules/vitest/vitest.mjs`, 'run', '--project', 'library'],
    env: { ...environment, SWITCHYARD_TIER: 'fast', SWITCHYARD_CUSTOM_OPS: 'none' }
  };
}

module.exports = { OF_CUSTOM_OPS, withoutCustomOps };
