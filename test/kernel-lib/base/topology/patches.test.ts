import { graph } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

test('one patch is the graph, with what its edges have; patches of two graphs stay apart, those left over are empty', () => {
  const g = graph.fromEdges({ numNodes: 3, edges: [[0, 1], [1, 2]], weights: [2, 3], edgeTypes: [1, 0] }); // prettier-ignore
  const whole = graph.patches(g, { parts: 1 });
  expect([[...whole.nodes], [...whole.graph.weights!], [...whole.graph.edgeTypes!]]).toEqual([[0, 1, 2], [2, 3], [1, 0]]); // prettier-ignore
  const two = graph.batch([graph.generators.ring({ nodes: 4 }), graph.fromEdges({ numNodes: 1, edges: [] })]);
  const cut = graph.patches(two, { parts: 2, overlap: 0 });
  const sizes = [0, 1, 2, 3].map((part) => [...cut.graph.graphOf!].filter((of) => of === part).length);
  expect([sizes[0] + sizes[1], sizes[2], sizes[3], cut.graph.numGraphs]).toEqual([4, 1, 0, 4]);
  expect(() => graph.patches(g, { parts: 1, overlap: -1 })).toThrow('graph.patches: overlap must be an integer of at least 0, got -1'); // prettier-ignore
});

test('with an overlap of two steps a patch has what is two steps from its part', () => {
  const line = graph.fromEdges({ numNodes: 8, edges: [0, 1, 2, 3, 4, 5, 6].map((i) => [i, i + 1] as const), undirected: true }); // prettier-ignore
  const { graph: cut, nodes } = graph.patches(line, { parts: 2, overlap: 2 });
  const parts = [0, 1].map((part) => [...nodes].filter((_, row) => cut.graphOf![row] === part).sort((a, b) => a - b));
  // The cut is somewhere; on either side of it two nodes are in both.
  expect(parts[0].length + parts[1].length).toBe(12);
  parts.forEach((part) => part.forEach((node, i) => expect(node).toBe(part[0] + i)));
});
