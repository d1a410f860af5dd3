import { createRequire } from 'node:module';
import { afterEach, expect, test } from 'vitest';

const require = createRequire(__filename);
const util = require('util') as Record<string, unknown>;
const had = { isNullOrUndefined: util.isNullOrUndefined, isArray: util.isArray };
const { prepareEnvironment } = require('@switchyard/kernel-lib/dist/base/backend/environment.js') as {
  prepareEnvironment: () => void;
};

afterEach(() => Object.assign(util, had));

test('TensorFlow.js finds what Node 23 took away, in the module that it loads itself', () => {
  delete util.isNullOrUndefined;
  delete util.isArray;
  prepareEnvironment();
  const { isNullOrUndefined, isArray } = require('util') as Record<string, (value: unknown) => boolean>;
  expect([null, undefined, 0, ''].map(isNullOrUndefined)).toEqual([true, true, false, false]);
  expect(isArray([])).toBe(true);
});
