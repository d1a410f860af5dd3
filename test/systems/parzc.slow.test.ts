import { core, data, models, nas, tf, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';

const [seen, unseen] = Object.values(data.digits()).map(({ images, labels, count }) => ({
  inputs: tf.tensor2d(images, [count, 64]),
  labels
}));
const digits = train.tasks.classification({ ...seen, validation: unseen, batchSize: 32 });
const space = nas.space({ widths: nas.repeated(3, nas.categorical([2, 4, 8, 16, 32])) });

test('[parzc] order of 30 unseen networks, learnt from 50, against the same mixer that learns the values, and against sums', async () => {
  const next = core.Random.fromSeed(7).generator();
  const networks: { row: number[]; sum: number; accuracy: number }[] = [];
  for (let i = 0; i < 80; i++) {
    const hidden = space.candidate(space.sample(next)).widths as number[];
    const model = models.mlp({ inputWidth: 64, hidden, outputWidth: 10, seed: i });
    const { rows } = nas.proxies.nodeStatistics(model, { task: digits, batches: 2 });
    await train.fit(model, digits, { steps: 60, learningRate: 0.01, progress: false, evaluateEvery: 0 });
    const { accuracy } = await digits.evaluate!(model);
    model.dispose();
    networks.push({ row: rows.flat(), sum: rows.reduce((total, row) => total + Math.expm1(row[1]), 0), accuracy });
  }
  const { overSums, overSquared } = await overTenSeeds("parzc, Kendall's tau of accuracies on digits", (seed) => {
    const order = core.Random.fromSeed(seed).shuffle(networks);
    const [known, others] = [order.slice(0, 50), order.slice(50)];
    const truth = others.map(({ accuracy }) => accuracy);
    const tau = (loss: 'diffKendall' | 'squared'): number => {
      const fitted = nas.predictors
        .parametric({ nodes: 4, loss })
        .fit(known.map(({ row }) => row), known.map(({ accuracy }) => accuracy), core.Random.fromSeed(seed)); // prettier-ignore
      const said = fitted.predict(others.map(({ row }) => row)).map(({ mean }) => mean);
      fitted.dispose();
      return nas.kendall(said, truth);
    };
    const own = tau('diffKendall');
    return { overSums: own - nas.kendall(others.map(({ sum }) => sum), truth), overSquared: own - tau('squared') }; // prettier-ignore
  });
  [overSums, overSquared].forEach(({ verdict }) => expect(verdict).toBe('above'));
});
