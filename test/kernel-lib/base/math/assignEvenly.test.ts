import { assignEvenly } from '@switchyard/kernel-lib/dist/base/math/assignEvenly.js';
import { hungarian } from '@switchyard/kernel-lib/dist/base/math/hungarian.js';
import { expect, test } from 'vitest';

test('by hand: the neuron that loses least moves over', () => {
  const costs = [
    [0, 5],
    [0, 1],
    [0, 9],
    [1, 0]
  ];
  const given = [7, 3, 4, 9];
  const cost = (neuron: number, group: number): number => costs[given.indexOf(neuron)][group];
  expect(assignEvenly(given, { groups: 2, size: 2 }, cost)).toEqual([
    [4, 7],
    [3, 9]
  ]);
});

test.each([
  [2, 3],
  [5, 4],
  [7, 9],
  [1, 6],
  [12, 1]
])(
  '%i groups of %i: each neuron once, and the cost is the least there is, as the Hungarian algorithm finds it',
  (groups, size) => {
    const count = groups * size;
    for (let seed = 1; seed <= 20; seed++) {
      // Every third time whole numbers, many of them alike; some below zero.
      const cost = (i: number, g: number): number => {
        const value = 3 * Math.sin(seed * 12.9898 + i * 78.233 + g * 37.719);
        return seed % 3 === 0 ? Math.round(value) : value;
      };
      const neurons = Array.from({ length: count }, (_, i) => i);
      const members = assignEvenly(neurons, { groups, size }, cost);
      expect(members.map(({ length }) => length)).toEqual(new Array(groups).fill(size));
      expect(members.flat().sort((a, b) => a - b)).toEqual(neurons);
      const costs = Float64Array.from({ length: count * count }, (_, at) =>
        cost(Math.floor(at / count), Math.floor((at % count) / size))
      );
      const places = hungarian(costs, count, count);
      const total = (groupOf: (i: number) => number): number =>
        neurons.reduce((sum, i) => sum + cost(i, groupOf(i)), 0);
      const found = total((i) => members.findIndex((each) => each.includes(i)));
      expect(found).toBeCloseTo(
        total((i) => Math.floor(places[i] / size)),
        9
      );
    }
  }
);
