import { graph, models, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { passOn, rings } from '../support/graphs';
import { scaledLoss } from '../support/graphScaling';

describe('scaling of graph networks', () => {
  test('[gnn-scaling] a planted law is found, with seeds in the log, and the largest size is held to it', async () => {
    const asked: [number, number][] = [];
    const { runs, law, heldOut } = await graph.probes.scalingStudy({
      ...{ sizes: [10, 100, 1000, 10_000], seeds: [1, 2] },
      run: (size, seed) => {
        asked.push([size, seed]);
        // Seeds are 10 % above and below 2 / sqrt(size), and the last size a tenth worse.
        return 2 * size ** -0.5 * (seed === 1 ? 1.1 : 0.9) * (size === 10_000 ? 1.1 : 1);
      }
    });
    expect(asked).toEqual([10, 100, 1000, 10_000].flatMap((size) => [[size, 1], [size, 2]])); // prettier-ignore
    expect(runs.map(({ size, seed }) => [size, seed])).toEqual(asked);
    expect([law.exponent, law.factor, law.rSquared].map((value) => Number(value.toFixed(6)))).toEqual([0.5, 2, 1]);
    expect(heldOut.map(({ size, error }) => [size, Number(error.toFixed(6))])).toEqual([[10_000, Number((1 - 1 / 1.1).toFixed(6))]]); // prettier-ignore
    expect(law.at(400)).toBeCloseTo(0.1, 9);
    const noisy = graph.probes.powerLaw([[1, 1], [10, 0.9], [100, 1], [1000, 0.95]].map(([size, loss]) => ({ size, loss }))); // prettier-ignore
    expect(noisy.rSquared).toBeLessThan(0.5);
    expect(graph.probes.powerLaw([{ size: 1, loss: 3 }, { size: 2, loss: 3 }]).rSquared).toBe(1); // prettier-ignore
  });

  test('[gnn-scaling] what is refused', async () => {
    expect(() => graph.probes.powerLaw([{ size: 1, loss: 1 }])).toThrow('graph.probes.powerLaw: samples must be of two sizes at least, got 1'); // prettier-ignore
    expect(() => graph.probes.powerLaw([{ size: 1, loss: 0 }])).toThrow('graph.probes.powerLaw: samples must have a size and a loss above 0'); // prettier-ignore
    const study = (options: object) =>
      graph.probes.scalingStudy({ sizes: [1, 2, 3], seeds: [1], run: () => 1, ...options });
    await expect(study({ heldOut: 2 })).rejects.toThrow('graph.probes.scalingStudy: heldOut must be an integer 0..1, got 2'); // prettier-ignore
    await expect(study({ sizes: [1, 3, 2] })).rejects.toThrow('graph.probes.scalingStudy: sizes must be a number of at least 3, got 2'); // prettier-ignore
    await expect(study({ seeds: [] })).rejects.toThrow('graph.probes.scalingStudy: there must be seeds');
    await expect(study({ run: () => NaN })).rejects.toThrow('graph.probes.scalingStudy: loss of size 1, seed 1 must be a number above 0, got NaN'); // prettier-ignore
  });

  test('[gnn-scaling] a wider network and more graphs have less loss on graphs never seen; the same seed trains to the same', () => {
    const loss = (width: number, count: number, steps = 60): number => scaledLoss({ width, count, seed: 1, steps });
    const [narrow, wide, few] = [loss(2, 32), loss(16, 32), loss(16, 4)];
    expect(wide).toBeLessThan(0.8 * narrow);
    expect(wide).toBeLessThan(0.8 * few);
    expect(loss(2, 4, 5)).toBe(loss(2, 4, 5));
    // Sums over neighbours tell what is to be told at all: of rings, by their triangles, they do not.
    const model = models.graphNetwork({ inputWidth: 1, hidden: 4, outputWidth: 1, layers: 2, layer: graph.gin(), readout: 'mean' }); // prettier-ignore
    const [one, two] = tf.tidy(() => [rings([6]), rings([3, 3])].map((g) => passOn(g, model, tf.ones([6, 1])).dataSync()[0])); // prettier-ignore
    expect(one).toBeCloseTo(two, 5);
    model.dispose();
  });
});
