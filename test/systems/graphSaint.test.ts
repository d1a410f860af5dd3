import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { drawnGraph } from '../support/graphs';

const plain = graph.withLoops(drawnGraph(18, 0.25, core.Random.fromSeed(6)));
const g = graph.fromEdges({ ...plain.directedOptions, weights: graph.symmetricWeights(plain) });
const x = tf.tidy(() => (spread([18, 2]) as tf.Tensor2D).add(0.4).arraySync() as number[][]);
const whole = tf.tidy(() => graph.neighbourSum(tf.tensor2d(x), g, g.weights!).arraySync());

type Options = Omit<graph.samplers.SaintOptions, 'seed'>;
const SAMPLERS: [string, Options][] = [
  ['node', { sampler: 'node', size: 9 }],
  ['edge', { sampler: 'edge', size: 6 }],
  ['walk', { sampler: 'walk', size: 4, length: 2 }]
];

/** Mean, over those of some draws that a node is in, of what it aggregates, and the mean of the weighted losses. */
function means(sampler: graph.samplers.SaintSampler, from: number, count: number): { heard: number[][]; loss: number } {
  const heard = x.map(() => [0, 0]);
  const counts = x.map(() => 0);
  let loss = 0;
  for (let i = from; i < from + count; i++) {
    const { graph: part, nodes, lossWeights } = sampler.draw(i);
    const sums = [...nodes].map(() => [0, 0]);
    part.sources.forEach((u, e) => x[nodes[u]].forEach((value, f) => (sums[part.targets[e]][f] += part.weightOf(e) * value))); // prettier-ignore
    nodes.forEach((node, row) => {
      counts[node]++;
      sums[row].forEach((value, f) => (heard[node][f] += value));
      loss += (lossWeights[row] * (node + 1)) / count;
    });
  }
  return { heard: heard.map((row, node) => row.map((value) => value / counts[node])), loss };
}

const error = (rows: number[][]): number => {
  const [difference, size] = [rows.flat().map((value, i) => value - whole.flat()[i]), whole.flat()];
  return Math.hypot(...difference) / Math.hypot(...size);
};

describe('[graphsaint] subgraphs without bias (pyg#2130)', () => {
  test.each(SAMPLERS)(
    '[graphsaint] %s: over the subgraphs that inclusion was counted on, the mean of what a node hears is exactly that of the whole graph, and the mean loss that of all nodes',
    (_name, options) => {
      const sampler = graph.samplers.saint(g, { ...options, estimate: 400, seed: 1 });
      const { heard, loss } = means(sampler, 0, 400);
      expect(error(heard)).toBeLessThan(1e-5);
      expect(loss).toBeCloseTo(9.5, 3);
      // Without division by inclusion a node hears too little.
      const biased = means(graph.samplers.saint(g, { ...options, estimate: 400, normalize: false, seed: 1 }), 0, 400);
      expect(error(biased.heard)).toBeGreaterThan(0.1);
    }
  );

  test('[graphsaint] and over others that are drawn anew within 2 %, of 3000 estimates and 3000 draws', () => {
    const sampler = graph.samplers.saint(g, { ...SAMPLERS[1][1], size: 9, estimate: 3000, seed: 2 });
    const { heard, loss } = means(sampler, 3000, 3000);
    expect(error(heard)).toBeLessThan(0.02);
    expect(Math.abs(loss / 9.5 - 1)).toBeLessThan(0.02);
  });

  test('[graphsaint] a subgraph has all edges among its nodes, each over its share; the same index gives the same', () => {
    const sampler = graph.samplers.saint(g, { ...SAMPLERS[2][1], estimate: 50, seed: 3 });
    const counts = { node: new Map<number, number>(), edge: new Map<string, number>() };
    for (let i = 0; i < 50; i++) {
      const { nodes, graph: part } = sampler.draw(i);
      nodes.forEach((node) => counts.node.set(node, (counts.node.get(node) ?? 0) + 1));
      part.sources.forEach((u, e) => {
        const key = `${nodes[u]} ${nodes[part.targets[e]]}`;
        counts.edge.set(key, (counts.edge.get(key) ?? 0) + 1);
      });
    }
    const { graph: part, nodes, lossWeights } = sampler.draw(7);
    const wanted = graph.subgraph(g, nodes);
    expect([...part.sources, ...part.targets]).toEqual([...wanted.sources, ...wanted.targets]);
    part.sources.forEach((u, e) => {
      const [from, to] = [nodes[u], nodes[part.targets[e]]];
      expect(part.weightOf(e)).toBeCloseTo((wanted.weightOf(e) * counts.node.get(to)!) / counts.edge.get(`${from} ${to}`)!, 5); // prettier-ignore
    });
    lossWeights.forEach((weight, row) => expect(weight).toBeCloseTo(50 / (counts.node.get(nodes[row])! * 18), 5));
    expect([...sampler.draw(7).nodes]).toEqual([...nodes]);
    expect(() => graph.samplers.saint(g, undefined as never)).toThrow('graph.samplers.saint: options must be given');
    expect(() => graph.samplers.saint(g, { sampler: 'edge', size: 0 })).toThrow('graph.samplers.saint: size must be an integer of at least 1, got 0'); // prettier-ignore
  });

  test('[graphsaint] nodes are drawn by the squares of the weights that leave them, edges by 1 / d of both ends', () => {
    const star = graph.generators.star({ leaves: 4 });
    const weighted = graph.fromEdges({ ...star.directedOptions, weights: Array.from(star.sources, (u) => (u === 0 ? 2 : 1)) }); // prettier-ignore
    const { inclusion } = graph.samplers.saint(weighted, { sampler: 'node', size: 1, estimate: 4000, seed: 4 });
    // The centre has 4 edges of weight 2: 16 of 16 + 4.
    expect(inclusion[0]).toBeCloseTo(16 / 20, 1);
    const path = graph.generators.path({ nodes: 4 });
    const edges = graph.samplers.saint(path, { sampler: 'edge', size: 1, estimate: 4000, seed: 5 }).inclusion;
    // Odds of the three edges 1.5, 1, 1.5.
    [1.5 / 4, 2.5 / 4, 2.5 / 4, 1.5 / 4].forEach((wanted, node) => expect(Math.abs(edges[node] - wanted)).toBeLessThan(0.03)); // prettier-ignore
  });
});
