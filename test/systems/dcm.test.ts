import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { moons } from '../support/moons';
import { expectClose, expectNoLeak } from '../support/numeric';

const random = core.Random.fromSeed(3);

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
});
