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

test('fault of pyg#7794: no edge of the future is drawn, and those in time weigh what all of them do', () => {
  // Edges into 0 at times 1..6, into 7 at time 9.
  const g = graph.fromEdges({ numNodes: 8, edges: [[1, 0], [2, 0], [3, 0], [4, 0], [5, 0], [6, 0], [1, 7]] }); // prettier-ignore
  const edges = Array.from(g.sources, (source, e) => (g.targets[e] === 0 ? source : 9));
  const drawn = (at: number, fanOut: number, seed = 0) => samplers.neighbours(g, { fanOut, seed, times: { edges, nodes: new Array<number>(8).fill(at) } }); // prettier-ignore
  for (let seed = 0; seed < 20; seed++) {
    const { sources, targets, weights } = drawn(4, 3, seed);
    expect([sources.length, ...sources.filter((source) => source > 4), ...targets.filter((target) => target !== 0)]).toEqual([3]); // prettier-ignore
    expect([...weights!].map((weight) => weight.toFixed(6))).toEqual(new Array(3).fill('1.333333'));
  }
  // What is of the same time is known, and before the first there is nothing.
  expect([...drawn(2, 9).sources]).toEqual([1, 2]);
  expect(drawn(0, 3).numEdges).toBe(0);
  expect(samplers.neighbours(g, { fanOut: 9 }).numEdges).toBe(7);
  expect(() => samplers.neighbours(g, { fanOut: 1, times: { edges: [1], nodes: edges } })).toThrow('graph.samplers.neighbours: times of edges must be an integer 7..7, got 1'); // prettier-ignore
});

test('fault of pytorch_cluster#81: a walk from an isolated node stays there, and none leads along no edge', () => {
  const g = graph.fromEdges({ numNodes: 5, edges: [[0, 1], [2, 1], [4, 4]] }); // prettier-ignore
  const { met } = embed.walkStatistics(g, { walks: 20, length: 4 });
  const ways = new Set(met.targets.map((from, i) => `${from} ${met.sources[i]}`));
  expect([...ways].sort()).toEqual(['0 0', '0 1', '1 1', '2 1', '2 2', '3 3', '4 4']);
  const { draw } = samplers.saint(g, { sampler: 'walk', size: 1, length: 3 });
  const subsets = new Set(Array.from({ length: 40 }, (_, i) => [...draw(i).nodes].join(' ')));
  expect([...subsets].sort()).toEqual(['0 1', '1', '1 2', '3', '4']);
});

test('walks go by the weights of edges, and never along one that weighs nothing', () => {
  const g = graph.fromEdges({ numNodes: 4, edges: [[0, 1], [0, 2], [0, 3]], weights: [3, 1, 0] }); // prettier-ignore
  const { met } = embed.walkStatistics(g, { walks: 4000, length: 1, seed: 2 });
  const times = (to: number): number => met.counts[met.targets.findIndex((from, i) => from === 0 && met.sources[i] === to)] ?? 0; // prettier-ignore
  expect(Math.abs(times(1) / 4000 - 0.75)).toBeLessThan(0.02);
  expect([times(1) + times(2), times(3)]).toEqual([4000, 0]);
  const shut = graph.fromEdges({ numNodes: 2, edges: [[0, 1]], weights: [0] });
  expect(embed.walkStatistics(shut, { walks: 3, length: 2 }).met.sources).toEqual([0, 1]);
});
