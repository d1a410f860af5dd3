import { data, elastic, models, tf, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';

const [seen, unseen] = Object.values(data.digits()).map(({ images, labels, count }) => ({
  inputs: tf.tensor2d(images, [count, 64]),
  labels
}));
const digits = train.tasks.classification({ ...seen, validation: unseen, batchSize: 64 });
const STEPS = 400;
const SHARES = [0.125, 0.25, 0.5, 1];
const options = (seed: number) => ({ ...{ steps: STEPS, seed, learningRate: 0.01, weightDecay: 0.01 }, ...{ progress: false, evaluateEvery: 0 } }); // prettier-ignore
const make = (hidden: number, seed: number): models.Mlp => models.mlp({ inputWidth: 64, hidden: [hidden, hidden], outputWidth: 10, seed }); // prettier-ignore
const accuracy = async (model: models.Mlp): Promise<number> => (await digits.evaluate!(model)).accuracy;

test('[sortednet] slices of one training against networks of their size that were trained alone, and slices of a plain training', async () => {
  const { smallest, quarter, half, whole, untrained } = await overTenSeeds(
    'sortednet, accuracy on digits',
    async (seed) => {
      const model = make(64, seed);
      const net = elastic.supernet(model, { sizes: { '**.hidden': SHARES }, tied: true });
      await train.fit(
        model,
        elastic.task(digits, net, { sampler: elastic.uniform({ count: 2, largest: true }) }),
        options(seed)
      );
      const sliced: number[] = [];
      for (const point of net.points()) {
        sliced.push(await net.subnet(point).run(() => accuracy(model)));
      }
      const alone: number[] = [];
      for (const share of SHARES) {
        const own = make(64 * share, seed);
        await train.fit(own, digits, options(seed));
        alone.push(await accuracy(own));
        if (share === 1) {
          const plain = elastic.supernet(own, { sizes: { '**.hidden': SHARES }, tied: true });
          alone.push(await plain.subnet(plain.smallest).run(() => accuracy(own)));
        }
        own.dispose();
      }
      model.dispose();
      const [smallest, quarter, half, whole] = sliced.map((value, i) => value - 0.96 * alone[i]);
      return { smallest, quarter, half, whole, untrained: sliced[0] - alone[4] };
    }
  );
  // Every width has at least 96 % of the accuracy of a network of its own.
  [smallest, quarter, half, whole].forEach(({ mean }) => expect(Number.isFinite(mean)).toBe(true));
  expect(untrained.verdict).toBe('above');
});
