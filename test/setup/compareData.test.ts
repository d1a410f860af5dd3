import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

interface Difference {
  where: string;
}
const file = join(import.meta.dirname, '../../kernel-lib/bin/notebooks/values.js');
const { compareData } = createRequire(import.meta.url)(file) as {
  compareData(
    saved: unknown,
    now: unknown,
    rules: { tolerance: number; ignore: RegExp[] },
    where: string
  ): Difference[];
};
const places = (saved: unknown, now: unknown, tolerance = 0.05): string[] =>
  compareData(saved, now, { tolerance, ignore: [] }, 'data').map(({ where }) => where);

describe('comparing data of two runs', () => {
  test('a number alone may differ by the tolerance of itself, one of a list by that of the largest', () => {
    expect(places({ x: 0.02 }, { x: 0.0205 })).toEqual([]);
    expect(places({ x: 0.02 }, { x: 0.022 })).toEqual(['data.x']);
    expect(places([0.02, 0.98], [0.06, 0.94])).toEqual([]);
    expect(places([0.02, 0.98], [0.08, 0.92])).toEqual(['data[0]', 'data[1]']);
    expect(places([1, 100], [2, 100])).toEqual(['data[0]']);
    expect(places([0.02, 0.98], [0.0201, 0.9799], 0)).toEqual(['data[0]', 'data[1]']);
  });

  test('close ranks may trade places and the last fall out, others not', () => {
    const ranking = (...items: [string, number][]): object[] => items.map(([text, share]) => ({ text, share }));
    const saved = ranking(['a', 0.5], ['b', 0.11], ['c', 0.1]);
    expect(places(saved, ranking(['a', 0.5], ['c', 0.105], ['b', 0.1]))).toEqual([]);
    expect(places(saved, ranking(['a', 0.5], ['b', 0.11], ['d', 0.1]))).toEqual([]);
    expect(places(saved, ranking(['b', 0.5], ['a', 0.11], ['c', 0.1]))).toEqual(['data']);
    expect(places(saved, ranking(['d', 0.5], ['b', 0.11], ['c', 0.1]))).toEqual(['data']);
    expect(places(saved, ranking(['a', 0.5], ['c', 0.105], ['b', 0.1]), 0).length).toBeGreaterThan(0);
  });
});
