import { createRequire } from 'node:module';
import { afterEach, expect, test, vi } from 'vitest';

const require = createRequire(__filename);
const util = require('util') as Record<string, unknown>;
const had = { isNullOrUndefined: util.isNullOrUndefined, isArray: util.isArray };
const { prepareEnvironment } = require('@switchyard/kernel-lib/dist/base/backend/environment.js') as {
  prepareEnvironment: () => void;
};

afterEach(() => {
  Object.assign(util, had);
  vi.unstubAllEnvs();
});

test('TensorFlow.js finds what Node 23 took away, in the module that it loads itself', () => {
  ['TF_CPP_MIN_LOG_LEVEL', 'TF_FORCE_GPU_ALLOW_GROWTH'].forEach((name) => vi.stubEnv(name, 'true'));
  delete util.isNullOrUndefined;
  delete util.isArray;
  prepareEnvironment();
  const { isNullOrUndefined, isArray } = require('util') as Record<string, (value: unknown) => boolean>;
  expect([null, undefined, 0, ''].map(isNullOrUndefined)).toEqual([true, true, false, false]);
  expect(isArray([])).toBe(true);
});
