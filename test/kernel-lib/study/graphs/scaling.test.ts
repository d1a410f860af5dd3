import { graph } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

test('a power law by hand, with its error and the share that it explains', () => {
  const { exponent, factor, rSquared, standardError, at } = graph.probes.powerLaw([1, 2, 4, 8].map((size, i) => ({ size, loss: (8 / size) * [1.1, 1 / 1.1, 1 / 1.1, 1.1][i] }))); // prettier-ignore
  // Errors of logarithms are even about the middle: the slope stays, and they are all of the residual.
  expect([exponent, factor].map((value) => Number(value.toFixed(6)))).toEqual([1, 8]);
  const residual = 4 * Math.log(1.1) ** 2;
  const total = residual + 5 * Math.log(2) ** 2;
  expect(rSquared).toBeCloseTo(1 - residual / total, 9);
  expect(standardError).toBeCloseTo(Math.sqrt(residual / 2 / (5 * Math.log(2) ** 2)), 9);
  expect(at(16)).toBeCloseTo(0.5, 6);
  expect(() => graph.probes.powerLaw([{ size: 1, loss: 1 }, { size: Infinity, loss: 1 }])).toThrow('graph.probes.powerLaw: samples must have a size and a loss above 0'); // prettier-ignore
});

test('a study without sizes held out, and one that waits for what it runs', async () => {
  const { heldOut, law } = await graph.probes.scalingStudy({ sizes: [1, 10], seeds: [3], heldOut: 0, run: (size) => Promise.resolve(1 / size) }); // prettier-ignore
  expect(heldOut).toEqual([]);
  expect(law.exponent).toBeCloseTo(1, 9);
  await expect(graph.probes.scalingStudy({ sizes: [1, 2, 2], seeds: [1], run: () => 1 })).rejects.toThrow('each size and seed once'); // prettier-ignore
  await expect(graph.probes.scalingStudy({ sizes: [1, 2, 3], seeds: [1, 1], run: () => 1 })).rejects.toThrow('each size and seed once'); // prettier-ignore
});

test('attention by distance of points that are all as far from each other', () => {
  const pairs = graph.fromEdges({ numNodes: 2, edges: [[0, 1], [1, 0]] }); // prettier-ignore
  const { bins } = graph.probes.attentionByDistance(pairs, [0.25, 0.75], [[0, 0], [3, 4]], { bins: 3 }); // prettier-ignore
  expect(bins[0]).toEqual({ distance: 5, share: 0.5, pairs: 2 });
  expect(bins.slice(1).every(({ pairs: count, share }) => count === 0 && Number.isNaN(share))).toBe(true);
  expect(() => graph.probes.attentionByDistance(graph.fromEdges({ numNodes: 1, edges: [[0, 0]] }), [1], [[0]])).toThrow('graph.probes.attentionByDistance: there must be two pairs of different points, got 0'); // prettier-ignore
});

test('greedy seeds look again where what was bound to win no longer does', () => {
  // Two nodes that reach the same five, and a third that reaches two others.
  const edges = [...[2, 3, 4, 5, 6].flatMap((to) => [[0, to], [1, to]]), [7, 8], [7, 9]] as [number, number][]; // prettier-ignore
  const g = graph.fromEdges({ numNodes: 10, edges });
  expect(graph.probes.greedySeeds(g, { budget: 2, probability: 1, runs: 1 })).toEqual([0, 7]);
  expect(graph.probes.greedySeeds(g, { budget: 0.5, probability: 1 })).toEqual([]);
  expect(() => graph.probes.greedySeeds(g, { budget: -1 })).toThrow('graph.probes.greedySeeds: budget must be a number of at least 0, got -1'); // prettier-ignore
});
