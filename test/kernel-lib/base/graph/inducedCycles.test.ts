import { graph } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

test('induced cycles: no chord, each once, as many as there are', () => {
  const cycles = (g: graph.Graph, most: number): number[][] => graph.inducedCycles(g, { most });
  expect(cycles(graph.generators.complete({ nodes: 4 }), 4)).toEqual([[0, 1, 2], [0, 1, 3], [0, 2, 3], [1, 2, 3]]); // prettier-ignore
  expect(cycles(graph.generators.grid({ rows: 2, columns: 3 }), 6)).toEqual([[0, 1, 4, 3], [1, 2, 5, 4]]); // prettier-ignore
  expect(cycles(graph.generators.ring({ nodes: 6 }), 6)).toEqual([[0, 1, 2, 3, 4, 5]]);
  expect(cycles(graph.generators.ring({ nodes: 6 }), 5)).toEqual([]);
  expect(cycles(graph.fromEdges({ numNodes: 3, edges: [[0, 0], [0, 1], [1, 0], [1, 2]] }), 5)).toEqual([]); // prettier-ignore
  // A pentagon with one chord is a triangle and a square.
  expect(cycles(graph.fromEdges({ numNodes: 5, edges: [[0, 1], [1, 2], [2, 3], [3, 4], [4, 0], [0, 2]] }), 5)).toEqual([[0, 1, 2], [0, 2, 3, 4]]); // prettier-ignore
  expect(() => cycles(graph.generators.ring({ nodes: 3 }), 2)).toThrow('graph.inducedCycles: most must be an integer of at least 3, got 2'); // prettier-ignore
});
