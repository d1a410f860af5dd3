import { ceil, floor } from '@switchyard/kernel-lib/dist/base/math/index.js';
import { expect, test } from 'vitest';

test('shares of counts are the integers that they are on paper', () => {
  expect([0.29 * 100, 0.07 * 100].map((x) => [Math.floor(x), Math.ceil(x)])).toEqual([
    [28, 29],
    [7, 8]
  ]);
  expect([0.29 * 100, 0.07 * 100].map((x) => [floor(x), ceil(x)])).toEqual([
    [29, 29],
    [7, 7]
  ]);
  expect([-0.5, 0, 1.2, 3].map((x) => [floor(x), ceil(x)])).toEqual([
    [-1, 0],
    [0, 0],
    [1, 2],
    [3, 3]
  ]);
});
