import { chooseOneEach } from '../../../../kernel-lib/dist/base/math';
import { expect, test } from 'vitest';

test('one of each list, the best that the budget allows', () => {
  const lists = [
    [{ cost: 1, value: 1 }, { cost: 3, value: 5 }],
    [{ cost: 1, value: 1 }, { cost: 2, value: 4 }, { cost: 4, value: 5 }]
  ]; // prettier-ignore
  expect(chooseOneEach(lists, 1)).toBeNull();
  expect(chooseOneEach(lists, 2)).toEqual([0, 0]);
  expect(chooseOneEach(lists, 4)).toEqual([1, 0]);
  expect(chooseOneEach(lists, 5)).toEqual([1, 1]);
  expect(chooseOneEach(lists, 7)).toEqual([1, 2]);
  expect(chooseOneEach([], 0)).toEqual([]);
});
