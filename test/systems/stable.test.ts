import { graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { blocks, keyOf, LABELS, pairsOf, refinedAccuracy } from '../support/attackedBlocks';
import { spread } from '../support/gradients';
import { path } from '../support/graphs';
import { expectClose, expectNoLeak } from '../support/numeric';

describe('STABLE', () => {
  test('[stable] by hand: edges of unlike ends go, each node is joined to those most like it', () => {
    const rows = [[1, 0], [0, 1], [1, 0.1], [0, 0]]; // prettier-ignore
    const representation = { values: Float32Array.from(rows.flat()), width: 2 };
    const { graph: output, report } = graph.rewire.similarity(path(4), { representation, drop: 0.05, addK: 1 });
    expect(report.removed.map(({ source, target }) => [source, target])).toEqual([[0, 1], [2, 3]]); // prettier-ignore
    expect(report.added.map(({ source, target, met }) => [source, target, met])).toEqual([[0, 2, true], [1, 3, false], [0, 3, false]]); // prettier-ignore
    expect(pairsOf(output).map(keyOf).sort()).toEqual(['0 2', '0 3', '1 2', '1 3']);
    expect(() => graph.rewire.similarity(path(3), { representation, drop: 0 })).toThrow('graph.rewire.similarity: representation must be of 3 nodes, got 4'); // prettier-ignore
  });

  test('[stable] hardened propagation hears nodes of many neighbours more, and sums to one', () => {
    // Degrees 1, 3, 2, 2: node 2 hears 1 and 3 as the roots of 3 and 2.
    const g = graph.fromEdges({ numNodes: 4, edges: [[0, 1], [1, 2], [2, 3], [3, 1]], undirected: true }); // prettier-ignore
    const weights = graph.trustedWeights(g);
    const at = (source: number, target: number): number => weights[Array.from(g.sources).findIndex((from, e) => from === source && g.targets[e] === target)]; // prettier-ignore
    expect(at(1, 2)).toBeCloseTo(Math.sqrt(3) / (Math.sqrt(3) + Math.SQRT2), 6);
    expect(at(1, 2) + at(3, 2)).toBeCloseTo(1, 6);
    expect([...graph.trustedWeights(g, { power: 0 })].filter((_, e) => g.targets[e] === 1)).toEqual([0, 1, 2].map(() => Math.fround(1 / 3))); // prettier-ignore
  });

  test('[stable] the loss of contrast by hand; log 2 of a discriminator that knows nothing', () => {
    tf.tidy(() => {
      const [nodes, corrupted] = [spread([3, 2]), spread([3, 2], 9)] as tf.Tensor2D[];
      const map = tf.zeros([2, 2]) as tf.Tensor2D;
      expectClose(graph.infomax(nodes, { corrupted, map }), [Math.LN2], 1e-6);
      const [rows, others] = [nodes.arraySync(), corrupted.arraySync()];
      const summary = [0, 1].map((f) => 1 / (1 + Math.exp(-rows.reduce((sum, row) => sum + row[f] / 3, 0))));
      const soft = (x: number): number => Math.log(1 + Math.exp(x)) / 6;
      const score = (row: number[]): number => row[0] * summary[0] + row[1] * summary[1];
      const wanted = rows.reduce((sum, row) => sum + soft(-score(row)), 0) + others.reduce((sum, row) => sum + soft(score(row)), 0); // prettier-ignore
      expectClose(graph.infomax(nodes, { corrupted, map: tf.eye(2) }), [wanted], 1e-6);
    });
  });

  test('[stable] of blocks with edges of an attacker across, what is dropped is most often the attack; the refined graph serves better, and a clean one is not spoilt', () => {
    const found = refinedAccuracy(3);
    expect(found.dropped).toBeGreaterThan(0.85);
    expect(found.there).toBeLessThan(0.45);
    expect(found.refined).toBeGreaterThan(found.poisoned + 0.08);
    expect(found.cleanRefined).toBeGreaterThan(found.clean - 0.01);
  });

  test('[stable] training by contrast tells the blocks better than the layer as it was drawn, and leaves nothing behind', () => {
    const g = blocks(1, true);
    const spreadOf = (steps: number): number => {
      const { values, width } = graph.embed.contrastive(g, { dim: 16, doubt: 0, steps, seed: 5 });
      const row = (node: number): number[] => [...values.subarray(node * width, (node + 1) * width)];
      const unit = LABELS.map((_, node) => row(node).map((value) => value / Math.hypot(...row(node))));
      const likeness = (same: boolean): number => {
        const all = LABELS.flatMap((a, i) => LABELS.flatMap((b, j) => (i < j && (a === b) === same ? [unit[i].reduce((sum, value, f) => sum + value * unit[j][f], 0)] : []))); // prettier-ignore
        return all.reduce((sum, value) => sum + value, 0) / all.length;
      };
      return likeness(true) - likeness(false);
    };
    expect(spreadOf(60)).toBeGreaterThan(1.4 * spreadOf(1));
    expectNoLeak(() => void graph.embed.contrastive(g, { dim: 4, steps: 2 }));
  });
});
