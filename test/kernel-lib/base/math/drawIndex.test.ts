import { drawIndex } from '@switchyard/kernel-lib/dist/base/math/index.js';
import { expect, test } from 'vitest';

test('an index has as much of 0..1 as its weight has of all weights; one without weight is never drawn', () => {
  const weights = [0, 1, 2, 0, 1];
  expect([0, 0.249, 0.25, 0.749, 0.75, 0.999].map((uniform) => drawIndex(weights, uniform))).toEqual([
    1, 1, 2, 2, 4, 4
  ]);
  expect(drawIndex([0, 0], 0.5)).toBe(1);
});
