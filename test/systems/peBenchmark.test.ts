import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { type Encoding, ones, skipLinkAccuracy } from '../support/circularSkipLinks';
import { spread } from '../support/gradients';
import { passOn, path } from '../support/graphs';
import { expectClose } from '../support/numeric';

const STEPS = 3;
const sparse = (g: graph.Graph): graph.Graph => graph.embed.walkPairs(g, { steps: STEPS, pairs: 'edges' });
const full = (g: graph.Graph): graph.Graph => graph.embed.walkPairs(g, { steps: STEPS });

describe('Benchmarking Positional Encodings', () => {
  test('[pe-benchmark] every model on every encoding, with seeds and intervals: only walks that come back tell circular skip links apart', async () => {
    const degree: Encoding = (g) => ({ values: graph.degrees(g), width: 1 });
    const walks: Encoding = (g) => graph.embed.randomWalk(g, { steps: 16 });
    const rows = { gin: graph.gin(), sage: graph.sage() };
    const columns = { none: ones, degree, walks };
    const run = (layer: graph.GraphLayerSpec, encoding: Encoding, seed: number): number =>
      skipLinkAccuracy({ layer, encoding, width: 32, copies: 2, steps: encoding === walks ? 60 : 5, seed });
    const cells = await graph.probes.grid({ rows, columns, seeds: [1, 2], run });
    expect(cells.map(({ row, column }) => `${row} ${column}`)).toEqual(['gin none', 'gin degree', 'gin walks', 'sage none', 'sage degree', 'sage walks']); // prettier-ignore
    cells.forEach(({ row, column, mean, values }) => {
      expect(values).toHaveLength(2);
      if (column === 'walks') {
        // Sums over neighbours are harder to train than means.
        expect(mean).toBeGreaterThan(row === 'sage' ? 0.95 : 0.5);
      } else {
        expect(mean).toBe(0.25);
      }
    });
  });

  test('[pe-benchmark] probabilities of coming back by hand, with weights (pyg#10098)', () => {
    // A path of three: from an end by way of the middle; from the middle it comes back every second step.
    const { values, width } = graph.embed.randomWalk(path(3), { steps: 4 });
    expect(width).toBe(4);
    expect([...values]).toEqual([0, 0.5, 0, 0.5, 0, 1, 0, 1, 0, 0.5, 0, 0.5]);
    // Weights count, and a node without edges stays where it is.
    const weighted = graph.fromEdges({ numNodes: 4, edges: [[0, 1], [0, 2]], undirected: true, weights: [3, 1] }); // prettier-ignore
    const own = graph.embed.randomWalk(weighted, { steps: 2 }).values;
    expect([...own]).toEqual([0, 1, 0, 0.75, 0, 0.25, 1, 1]);
    expect(() => graph.embed.randomWalk(path(3), { steps: 0 })).toThrow('graph.embed.randomWalk: steps must be an integer of at least 1, got 0'); // prettier-ignore
  });

  test('[pe-benchmark] sparsified attention is that of all pairs where all are joined, and hears a step a layer where they are not', () => {
    const model = new graph.PairTransformer({ inputWidth: 2, pairWidth: STEPS + 1, width: 6, layers: 2, random: core.Random.fromSeed(2) }); // prettier-ignore
    const whole = graph.generators.complete({ nodes: 6 });
    const x = spread([6, 2]) as tf.Tensor2D;
    tf.tidy(() => expectClose(passOn(sparse(whole), model, x), passOn(full(whole), model, x), 1e-6));
    const heard = (pairs: graph.Graph): boolean[] => [...graph.probes.sensitivity((at) => passOn(pairs, model, at), x, { targets: [0] })[0]].map((norm) => norm > 0); // prettier-ignore
    expect(heard(sparse(path(6)))).toEqual([true, true, true, false, false, false]);
    expect(heard(full(path(6)))).toEqual([true, true, true, true, true, true]);
    [x, model].forEach((each) => each.dispose());
  });
});
