/** @file What observers are told of nodes that take some of a few choices. */
import { core, tf } from '@switchyard/kernel-lib';
import { publishShares } from '@switchyard/kernel-lib/dist/nn/graph/publishShares.js';
import { expect, test } from 'vitest';

function told(shares: number[][]): core.RoutingRecord {
  const seen: core.RoutingRecord[] = [];
  const ctx = core.Context.create({ observers: [core.observer('routing', (record) => void seen.push(record))] });
  tf.tidy(() => publishShares('gate', tf.tensor2d(shares), ['a', 'b', 'c'], ctx));
  ctx.dispose();
  expect(seen).toHaveLength(1);
  return seen[0];
}

test('choices of each node, the largest first, as many as some node takes', () => {
  const { indices, weights, k, numExperts, importance, entropy } = told([[0.25, 0, 0.75], [0, 1, 0]]); // prettier-ignore
  expect([k, numExperts]).toEqual([2, 3]);
  expect([...indices]).toEqual([2, 0, 1, -1]);
  expect([...weights]).toEqual([0.75, 0.25, 1, 0]);
  expect([...importance]).toEqual([0.25, 1, 0.75]);
  expect(entropy).toBeCloseTo((-0.25 * Math.log(0.25) - 0.75 * Math.log(0.75)) / 2, 6);
});

test('a router of one choice is told as one', () => {
  const { indices, k } = told([[0, 1, 0], [1, 0, 0], [0, 0, 1]]); // prettier-ignore
  expect([k, [...indices]]).toEqual([1, [1, 0, 2]]);
});

test('a node may take none', () => {
  const { indices, weights, k } = told([[0, 0, 0], [0, 0, 1]]); // prettier-ignore
  expect([k, [...indices], [...weights]]).toEqual([1, [-1, 2], [0, 1]]);
});
