import { nthSmallest } from '@switchyard/kernel-lib/dist/base/math/index.js';
import { expect, test } from 'vitest';

test('the value at each place of the sorted ones: mixed, sorted, reversed, many alike, one', () => {
  const drawn = Array.from({ length: 101 }, (_, i) => Math.sin(7 * i));
  const sorted = drawn.slice().sort((a, b) => a - b);
  for (const values of [
    drawn,
    sorted,
    sorted.slice().reverse(),
    drawn.map((x) => Math.round(3 * x) + 0),
    [7],
    [-1, -1, 2]
  ]) {
    const wanted = Float32Array.from(values).sort();
    wanted.forEach((value, n) => expect(nthSmallest(Float32Array.from(values), n)).toBe(value));
  }
});
