import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { clouds, energyErrors } from '../support/charges';
import { expectGradients, spread } from '../support/gradients';
import { passOn } from '../support/graphs';
import { expectClose, expectNoLeak } from '../support/numeric';

const random = core.Random.fromSeed(3);

describe('Ewald message passing', () => {
  test('[ewald-mp] messages are the filtered sum over all pairs of a graph, and of no other', () => {
    const layer = new graph.EwaldMessages({ width: 2, box: [1, 2], cutoff: 8, random });
    // Steps of 2 pi and pi: (0, 1), (0, 2), (1, -1), (1, 0), (1, 1).
    expect(layer.frequencies.map((k) => k.map((value, d) => Math.round((value * (d + 1)) / (2 * Math.PI))))).toEqual([[0, 1], [0, 2], [1, -1], [1, 0], [1, 1]]); // prettier-ignore
    const g = clouds([4, 3]);
    const x = spread([7, 4]) as tf.Tensor2D;
    const filter = layer.parameters().get('filter')!.variable.arraySync() as number[][];
    const rows = x.arraySync();
    const wanted = rows.flatMap((to, i) => [0, 1].map((f) => {
      const others = rows.filter((_, j) => i < 4 === j < 4);
      const along = (k: readonly number[], from: number[]): number => Math.cos(k[0] * (to[2] - from[2]) + k[1] * (to[3] - from[3])); // prettier-ignore
      return others.reduce((sum, from) => sum + layer.frequencies.reduce((all, k, at) => all + from[f] * filter[at][f] * along(k, from), 0), 0);
    })); // prettier-ignore
    tf.tidy(() => {
      const found = passOn(g, layer, x);
      expectClose(found, wanted, 1e-5);
      // All points moved, and by whole boxes.
      const shift = (by: number[]): tf.Tensor => x.add(tf.tensor1d([0, 0, ...by]));
      expectClose(passOn(g, layer, shift([0.3, -0.7])), found, 1e-5);
      expectClose(passOn(g, layer, shift([1, -4])), found, 1e-5);
    });
    expectGradients((rows) => passOn(g, layer, rows), [x], 2e-2);
    expectNoLeak(() => passOn(g, layer, x).dispose());
    [x, layer].forEach((each) => each.dispose());
    expect(() => new graph.EwaldMessages({ width: 1, box: [1], cutoff: 6, random })).toThrow("graph.EwaldMessages: cutoff must be at least the box's least frequency (6.28"); // prettier-ignore
    expect(() => new graph.EwaldMessages({ width: 1, box: [0], cutoff: 6, random })).toThrow('graph.EwaldMessages: lengths of the box must be a number of at least 1e-9, got 0'); // prettier-ignore
  });

  test('[ewald-mp] energies of charges in a box: with it the error is below a third of that of pairs within a distance; the filter that is found is that of the waves', () => {
    const mean = (of: number[]): number => of.reduce((a, b) => a + b) / of.length;
    const both = energyErrors(true, 1);
    expectClose(both.filter, both.wanted, 0.02);
    expect(mean(both.errors)).toBeLessThan(mean(energyErrors(false, 1).errors) / 3);
  });
});
