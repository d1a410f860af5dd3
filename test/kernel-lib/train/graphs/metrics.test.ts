import { graph } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const { metrics } = graph;

test('Hits@K is strict: equal to the K-th negative is no hit; with fewer negatives all are hits', () => {
  expect(metrics.hitsAtK([5, 3, 3, 1], [4, 3, 2], 2)).toBe(1 / 4);
  expect(metrics.hitsAtK([5, 3, 3, 1], [4, 3, 2], 1)).toBe(1 / 4);
  expect(metrics.hitsAtK([5, 3, 3, 1], [4, 3, 2], 3)).toBe(3 / 4);
  expect(metrics.hitsAtK([0], [1, 2], 3)).toBe(1);
  // A constant scorer gains nothing.
  expect(metrics.hitsAtK([1, 1], [1, 1, 1], 1)).toBe(0);
});

test('fault of ogb#406: equal scores rank between the optimistic and the pessimistic place', () => {
  const { ranks, mrr, hits, meanRank } = metrics.meanReciprocalRank([2, 2, 9], [[3, 2, 2, 1], [2], []]); // prettier-ignore
  expect(ranks).toEqual([3, 1.5, 1]);
  expect(mrr).toBeCloseTo((1 / 3 + 1 / 1.5 + 1) / 3, 12);
  expect([hits[1], hits[3], meanRank]).toEqual([1 / 3, 1, 5.5 / 3]);
  const constant = metrics.meanReciprocalRank([1], [new Array<number>(99).fill(1)]);
  expect(constant.ranks).toEqual([50.5]);
});

test('filtered ranks leave out what else is right', () => {
  const scores = [[9, 8, 7, 6], [1, 1, 1, 1]]; // prettier-ignore
  expect(metrics.filteredRanks(scores, [2, 0], [[0], []]).ranks).toEqual([2, 2.5]); // prettier-ignore
  expect(metrics.filteredRanks(scores, [2, 0], [[0, 1, 2], [0]]).ranks).toEqual([1, 2.5]); // prettier-ignore
  expect(() => metrics.filteredRanks(scores, [4, 0], [[], []])).toThrow('graph.metrics.filteredRanks: entities must be an integer 0..3, got 4'); // prettier-ignore
});

test('AUC by hand: equal scores count a half', () => {
  expect(metrics.rocAuc([3, 1], [2, 1])).toBe((2 + 0.5) / 4);
  expect(metrics.rocAuc([1, 1], [1])).toBe(0.5);
});

describe('what is refused', () => {
  test.each([
    [
      'NaN among positives',
      () => metrics.hitsAtK([NaN], [1], 1),
      'graph.metrics.hitsAtK: positives[0] must be a number, got NaN'
    ],
    [
      'NaN among negatives',
      () => metrics.rocAuc([1], [1, NaN]),
      'graph.metrics.rocAuc: negatives[1] must be a number, got NaN'
    ],
    ['no positives', () => metrics.hitsAtK([], [1], 1), 'graph.metrics.hitsAtK: there must be positives, got none'],
    ['no negatives for AUC', () => metrics.rocAuc([1], []), 'graph.metrics.rocAuc: there must be negatives, got none'],
    ['K of 0', () => metrics.hitsAtK([1], [1], 0), 'graph.metrics.hitsAtK: k must be an integer of at least 1, got 0'],
    [
      'other lengths',
      () => metrics.meanReciprocalRank([1, 2], [[1]]),
      'graph.metrics.meanReciprocalRank: there must be negatives for each of the 2 positives, got 1'
    ]
  ])('%s', (_name, run, message) => expect(run).toThrow(message));
});
