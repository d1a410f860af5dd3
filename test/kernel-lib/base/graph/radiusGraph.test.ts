import { core, graph } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

test('points no further apart than the radius are joined both ways, coincident ones too, and those of one graph alone', () => {
  const g = graph.radiusGraph([[0], [1], [2.5], [1], [-1]], { radius: 1 });
  const pairs = Array.from(g.sources, (source, e) => `${source}>${g.targets[e]}`).sort();
  expect(pairs).toEqual(['0>1', '0>3', '0>4', '1>0', '1>3', '3>0', '3>1', '4>0']);
  const apart = graph.radiusGraph([[0], [1], [1]], { radius: 1, graphOf: [0, 0, 1], nodeTypes: [2, 0, 1] });
  expect([apart.numEdges, apart.numGraphs, [...apart.nodeTypes!]]).toEqual([2, 2, [2, 0, 1]]);
});

test('cells find what a search over all pairs does, in three dimensions', () => {
  const next = core.Random.fromSeed(1).generator();
  const points = Array.from({ length: 60 }, () => [4 * next() - 2, 4 * next() - 2, 4 * next() - 2]);
  const g = graph.radiusGraph(points, { radius: 0.9 });
  const near = points.flatMap((a, i) => points.filter((b, j) => i !== j && Math.hypot(...a.map((v, d) => v - b[d])) <= 0.9)); // prettier-ignore
  expect(g.numEdges).toBe(near.length);
  expect(g.numEdges).toBeGreaterThan(20);
});

test('what it refuses', () => {
  const where = 'graph.radiusGraph:';
  expect(() => graph.radiusGraph([], { radius: 1 })).toThrow(`${where} points must be rows of finite coordinates, as many in each, got none`); // prettier-ignore
  expect(() => graph.radiusGraph([[0], [NaN]], { radius: 1 })).toThrow(where);
  expect(() => graph.radiusGraph([[0], [0, 1]], { radius: 1 })).toThrow(where);
  expect(() => graph.radiusGraph([[0]], { radius: 0 })).toThrow(`${where} radius must be a number of at least`);
});
