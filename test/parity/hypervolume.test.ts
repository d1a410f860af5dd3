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

test('the knee of a front by hand', () => {
  // Below the line from (0, 100) to (10, 0), as shares: (1, 40) is 0.5 below it, (4, 30) 0.3.
  const front = [
    [10, 0],
    [4, 30],
    [1, 40],
    [0, 100]
  ];
  expect(nas.knee(front)).toBe(2);
  // What others beat is no knee and does not stretch the range, and a unit makes no difference.
  expect(nas.knee([[500, 500], ...front, [2, 41]].map(([x, y]) => [1000 * x, y]))).toBe(3);
  expect(nas.knee([[3, 3]])).toBe(0);
  expect(nas.knee([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.2, 0.2, 0.3]])).toBe(3); // prettier-ignore
  expect(() => nas.knee([])).toThrow('nas.knee: costs must be of a point or more, and finite, got none');
  expect(() => nas.knee([[1, NaN]])).toThrow('nas.knee: costs must be');
});
