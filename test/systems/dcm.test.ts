import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { expectClose, expectNoLeak } from '../support/numeric';
import { minimise } from '../support/regression';
import { accuracyOf } from '../support/trainNodes';

const random = core.Random.fromSeed(3);

/** Two half circles that reach into each other, with noise: classes 0 and 1 in turn; values that say nothing stand behind. */
function moons(count: number, seed: number, noise: number, more: number) {
  const drawn = core.Random.fromSeed(seed).normal([count, 2 + more]);
  const rows = (drawn.arraySync() as number[][]).map((row, i) => {
    const angle = (Math.PI * Math.floor(i / 2)) / (count / 2 - 1);
    const [x, y] = i % 2 === 0 ? [Math.cos(angle), Math.sin(angle)] : [1 - Math.cos(angle), 0.5 - Math.sin(angle)];
    return [x + noise * row[0], y + noise * row[1], ...row.slice(2)];
  });
  drawn.dispose();
  return { rows, labels: rows.map((_, i) => i % 2) };
}

describe('DCM', () => {
  test('[dcm] rows of edges are sparse and sum to one, cells are cycles of the skeleton, and the gradient reaches both choices', () => {
    const model = new graph.LatentCells({ inputWidth: 2, hidden: 6, outputWidth: 2, maxCycle: 4, random });
    const x = tf.tensor2d(moons(24, 1, 0.1, 0).rows).mul<tf.Tensor2D>(2);
    tf.tidy(() => {
      const { edges, skeleton, cells, shares } = model.sample(x, core.Context.create());
      expectClose(edges.sum(1), tf.ones([24]), 1e-5);
      expect(tf.sum(edges.greater(0).toFloat()).dataSync()[0]).toBeLessThan(24 * 12);
      const joined = new Set(Array.from(skeleton.sources, (source, edge) => `${source} ${skeleton.targets[edge]}`));
      expect(cells.length).toBeGreaterThan(3);
      expect(cells.every((cell) => cell.every((node, i) => joined.has(`${node} ${cell[(i + 1) % cell.length]}`)))).toBe(true); // prettier-ignore
      const all = graph.inducedCycles(skeleton, { most: 4 });
      expect(all.length).toBeGreaterThan(cells.length);
      expectClose(shares.sum().reshape([1]), [1], 1e-5);
      const ctx = core.Context.create();
      const { grads } = tf.variableGrads(() =>
        model
          .apply(x, ctx)
          .mul(spread([24, 2]))
          .sum()
      );
      model.parameters().forEach(({ variable }, path) => {
        // Where a space begins does not matter to what is near in it.
        const still = path === 'near.bias' || path === 'spread.bias';
        expect(grads[variable.name].abs().max().dataSync()[0] > 1e-5, path).toBe(!still);
      });
    });
    expectNoLeak(() => model.apply(x, core.Context.create()).dispose());
    [x, model].forEach((each) => each.dispose());
    expect(() => new graph.LatentCells({ inputWidth: 2, hidden: 6, outputWidth: 2, maxCycle: 2, random })).toThrow('graph.LatentCells: maxCycle must be an integer of at least 3, got 2'); // prettier-ignore
  });

  test('[dcm] two moons among four values of noise, without a graph: over three drawings the complex is ahead of graph convolutions on the nearest neighbours', () => {
    const both = [1, 2, 3].map((seed) => {
      const { rows, labels } = moons(60, seed, 0.1, 4);
      const known = labels.map((_, i) => i).filter((i) => i % 10 < 2);
      const tested = labels.map((_, i) => i).filter((i) => i % 10 >= 2);
      const near = rows.flatMap((row, i) => rows.map((other, j) => ({ j, away: Math.hypot(...row.map((value, f) => value - other[f])) })).filter(({ j }) => j !== i).sort((a, b) => a.away - b.away).slice(0, 5).map(({ j }) => [j, i] as const)); // prettier-ignore
      const fixed = accuracyOf(graph.fromEdges({ numNodes: 60, edges: near, nodeFeatures: rows }), { labels, known, tested }); // prettier-ignore
      const model = new graph.LatentCells({ inputWidth: 6, hidden: 8, outputWidth: 2, maxCycle: 3, random: core.Random.fromSeed(seed) }); // prettier-ignore
      const x = tf.tensor2d(rows);
      const classes = tf.oneHot(tf.tensor1d(known.map((i) => labels[i]), 'int32'), 2); // prettier-ignore
      minimise(model, (ctx) => tf.gather(model.apply(x, ctx), tf.tensor1d(known, 'int32')).logSoftmax().mul(classes).sum(1).mean().neg(), { steps: 40, learningRate: 0.02 }); // prettier-ignore
      const found = tf.tidy(() => model.apply(x, core.Context.create()).argMax(1).dataSync());
      [x, classes, model].forEach((each) => each.dispose());
      return { fixed, learnt: tested.filter((i) => found[i] === labels[i]).length / tested.length };
    });
    const mean = (of: 'fixed' | 'learnt'): number => both.reduce((sum, each) => sum + each[of], 0) / 3;
    expect(mean('learnt')).toBeGreaterThan(mean('fixed') + 0.05);
  });
});
