import { graph } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { expectClose } from '../../../support/numeric';

test('statistics of walks: anonymous ones, degrees, and the nodes that are met', () => {
  const path = graph.generators.path({ nodes: 2 });
  const { anonymous, degrees, met } = graph.embed.walkStatistics(path, { walks: 3, length: 3 });
  // Anonymous walks of three steps: 0101, 0102, 0120, 0121, 0123; there and back is the first.
  expect(anonymous.width).toBe(5);
  expectClose(anonymous.values, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
  expectClose(degrees.values, [0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  expect(met).toEqual({ sources: [0, 1, 1, 0], targets: [0, 0, 1, 1], counts: [6, 6, 6, 6] });
  const star = graph.embed.walkStatistics(graph.generators.star({ leaves: 7 }), { walks: 1, length: 1 });
  // Half of what they pass is the hub, of degree 7, in the bucket of 4-7.
  expectClose(star.degrees.values.subarray(8, 16), [0, 0.5, 0, 0.5, 0, 0, 0, 0]);
  expect(() => graph.embed.walkStatistics(path, { length: 9 })).toThrow('graph.embed.walkStatistics: length must be an integer 1..8, got 9'); // prettier-ignore
});
