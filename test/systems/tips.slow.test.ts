import { data, elastic, models, tf, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';

const [seen, unseen] = Object.values(data.digits()).map(({ images, labels, count }) => ({
  inputs: tf.tensor2d(images, [count, 64]),
  labels
}));
const digits = train.tasks.classification({ ...seen, validation: unseen, batchSize: 64 });
const STEPS = 80;

test('[tips] slices of three budgets, trained by importance of their paths and evenly, with as many slices a step', async () => {
  const { smallest, middle, largest } = await overTenSeeds('tips, accuracy on digits', async (seed) => {
    const accuracies = async (importance: boolean): Promise<number[]> => {
      const model = models.mlp({ inputWidth: 64, hidden: [64, 64], outputWidth: 10, seed });
      const net = elastic.supernet(model, { sizes: { '**.hidden': [0.125, 0.25, 0.5, 1] } });
      const whole = net.subnet(net.largest).cost().flops!;
      const budgets = [0.15, 0.4, 1].map((share) => share * whole);
      const sampler = importance ? elastic.topologicalImportance({ budgets }) : elastic.uniform({ count: 3 });
      await train.fit(model, elastic.task(digits, net, { sampler }), { steps: STEPS, seed, learningRate: 0.01, progress: false, evaluateEvery: 0 }); // prettier-ignore
      const points = [...net.points()].map((point) => ({ point, flops: net.subnet(point).cost().flops! }));
      const measured: number[] = [];
      for (const budget of budgets) {
        const best = points.filter(({ flops }) => flops <= budget).reduce((a, b) => (b.flops > a.flops ? b : a));
        measured.push((await net.subnet(best.point).run((each) => digits.evaluate!(each) as Promise<{ accuracy: number }>)).accuracy); // prettier-ignore
      }
      model.dispose();
      return measured;
    };
    const [own, even] = [await accuracies(true), await accuracies(false)];
    const [smallest, middle, largest] = own.map((value, i) => value - even[i]);
    return { smallest, middle, largest };
  });
  // More for the larger slices, less for the smallest.
  expect([smallest, middle, largest].map(({ verdict }) => verdict)).toEqual(['below', 'above', 'above']);
});
