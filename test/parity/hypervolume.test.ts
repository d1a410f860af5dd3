import { readFileSync } from 'fs';
import { join } from 'path';
import { nas } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

type Case = [dimensions: number, points: number[], volume: number];

const { reference, cases } = JSON.parse(readFileSync(join(__dirname, 'fixtures/hypervolume.json'), 'utf8')) as {
  reference: number;
  cases: Case[];
};

test("hypervolume of 1,000 random fronts of two to four costs equals moocore's", () => {
  expect(cases).toHaveLength(1000);
  for (const [dimensions, flat, volume] of cases) {
    const points = Array.from({ length: flat.length / dimensions }, (_, i) =>
      flat.slice(i * dimensions, (i + 1) * dimensions)
    );
    expect(nas.hypervolume(points, new Array<number>(dimensions).fill(reference))).toBeCloseTo(volume, 6);
  }
});

test('points beyond the reference count 0, integers are as good as fractions (optuna#2421)', () => {
  expect(nas.hypervolume([[1, 1]], [3, 4])).toBe(6);
  expect(nas.hypervolume([[5, 0]], [3, 4])).toBe(0);
  expect(nas.hypervolume([], [3, 4])).toBe(0);
  expect(nas.hypervolume([[0.5]], [2])).toBe(1.5);
});

test('ranks and crowding by hand', () => {
  const costs = [
    [0, 4],
    [1, 1],
    [4, 0],
    [1, 1],
    [2, 2],
    [5, 5]
  ];
  expect(nas.nonDominated(costs)).toEqual([0, 1, 2, 3]);
  expect(nas.paretoRanks(costs)).toEqual([0, 0, 0, 0, 1, 2]);
  expect(
    nas.crowding([
      [0, 4],
      [1, 1],
      [4, 0]
    ])
  ).toEqual([Infinity, 2, Infinity]);
});
