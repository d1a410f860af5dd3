import { apportion } from '../../../../kernel-lib/dist/base/math';
import { expect, test } from 'vitest';

test('a number is shared out whole, by the largest remainders, and none gets more than it can hold', () => {
  expect([...apportion(10, [1, 1, 2], [10, 10, 10])]).toEqual([3, 2, 5]);
  expect([...apportion(10, [1, 1, 8], [10, 10, 4])]).toEqual([3, 3, 4]);
  expect([...apportion(6, [0, 0, 0], [3, 3, 3])]).toEqual([2, 2, 2]);
  expect([...apportion(9, [5, 0, 0], [3, 3, 3])]).toEqual([3, 3, 3]);
  expect([...apportion(0, [1, 2], [3, 3])]).toEqual([0, 0]);
  expect([...apportion(1, [1, 1], [1, 1])]).toEqual([1, 0]);
});
