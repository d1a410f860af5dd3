import { graph } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

const { embed, samplers } = graph;

test('balanced neighbours: a hub with more edges than calls have arguments', () => {
  const count = 150_000;
  const edges = { sources: Int32Array.from({ length: count }, (_, i) => i + 1), targets: new Int32Array(count) };
  const star = graph.fromEdges({ numNodes: count + 1, edges });
  const groups = Int32Array.from({ length: count + 1 }, (_, node) => Number(node > 1000));
  const kept = samplers.balancedNeighbours(star, { groups });
  expect(kept.numEdges).toBe(2000);
  expect(kept.sources.filter((node) => groups[node] === 0)).toHaveLength(1000);
}, 10_000);

test('fast random projection: a node whose edges all weigh 0 gets 0, and so does what hears it alone', () => {
  const g = graph.fromEdges({ numNodes: 3, edges: [[0, 1], [1, 2]], weights: [0, 1] }); // prettier-ignore
  expect([...embed.fastRP(g, { dim: 2 }).values]).toEqual([0, 0, 0, 0, 0, 0]);
});
