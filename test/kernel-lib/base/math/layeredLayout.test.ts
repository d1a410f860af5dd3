import { expect, test } from 'vitest';
import { layeredLayout } from '../../../../kernel-lib/dist/base/math';

test('a node stands below all that lead to it, and the only one of a layer in the middle', () => {
  const { nodes } = layeredLayout(4, [[0, 1], [1, 2], [2, 3]])!; // prettier-ignore
  expect(nodes).toEqual([0, 1, 2, 3].map((layer) => ({ layer, place: 0 })));
  // 3 waits for the longer of two ways.
  const diamond = layeredLayout(4, [[0, 3], [0, 1], [1, 2], [2, 3]])!; // prettier-ignore
  expect(diamond.nodes.map(({ layer }) => layer)).toEqual([0, 1, 2, 3]);
});

test('an edge over several layers has a place of its own in each', () => {
  const { nodes, edges } = layeredLayout(4, [[0, 1], [1, 2], [2, 3], [0, 3]])!; // prettier-ignore
  expect(edges.map(({ via }) => via.length)).toEqual([0, 0, 0, 2]);
  expect(edges[3].via.map((place, i) => Math.abs(place - nodes[i + 1].place))).toEqual([1, 1]);
  expect(edges[3].via[0]).toBe(edges[3].via[1]);
});

test('layers are put in order so that edges do not cross where they need not', () => {
  // Two pairs whose edges cross in the order of their numbers.
  const { nodes } = layeredLayout(4, [[0, 3], [1, 2]])!; // prettier-ignore
  expect((nodes[0].place - nodes[1].place) * (nodes[3].place - nodes[2].place)).toBeGreaterThan(0);
  const ladder = layeredLayout(8, [[0, 5], [1, 4], [2, 7], [3, 6]])!; // prettier-ignore
  const ends = ladder.edges.map(({ from, to }) => [ladder.nodes[from].place, ladder.nodes[to].place]);
  const crossed = ends.flatMap(([a, b], i) => ends.slice(i + 1).filter(([c, d]) => (a - c) * (b - d) < 0));
  expect(crossed).toEqual([]);
});

test('a circle has no layers, and nothing has none', () => {
  expect(layeredLayout(3, [[0, 1], [1, 2], [2, 1]])).toBeNull(); // prettier-ignore
  expect(layeredLayout(1, [[0, 0]])).toBeNull();
  expect(layeredLayout(0, [])).toEqual({ nodes: [], edges: [] });
});
