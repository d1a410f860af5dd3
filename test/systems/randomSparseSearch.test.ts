import { data, models, nas, prune, tf, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

/** A study of node masks of one network: a candidate is the number of a mask, whose loss is that of the network with its initial values. */
async function search(sparsity: number, trials: number) {
  const { images, labels, count } = data.digits().validation;
  const inputs = tf.tensor2d(images, [count, 64]);
  const task = train.tasks.classification({ inputs, labels, validation: { inputs, labels }, batchSize: 128 });
  const dense = models.mlp({ inputWidth: 64, hidden: [32, 16], outputWidth: 10, seed: 3 });
  const masked = (mask: number) =>
    prune.structured(dense, {
      ratio: sparsity,
      include: ['hidden', 'hidden#2'],
      importance: prune.random({ seed: mask }),
      mode: 'mask'
    });
  const lossOf = async (mask: number): Promise<number> => {
    const { model } = masked(mask);
    const { loss } = await train.evaluate(model, task);
    model.dispose();
    return loss;
  };
  const result = await nas.study({
    space: nas.space({ mask: nas.integer(0, 2 ** 20) }),
    evaluate: ({ candidate }) => lossOf(candidate.mask as number),
    strategy: nas.random(),
    ...{ trials, seed: 7, storage: 'memory', progress: false }
  });
  const end = (): void => {
    inputs.dispose();
    dense.dispose();
  };
  return { ...result, masked, lossOf, end };
}

test('random masks of nodes are searched by the loss of initial values [random-sparse-search]', async () => {
  const { trials, best, masked, lossOf, end } = await search(0.5, 12);
  expect(trials.map(({ error }) => error)).toEqual(new Array(12).fill(null));
  const losses = trials.map(({ values }) => values.value);
  // The one found has the least of those that were drawn, and that is its loss.
  expect(best!.values.value).toBe(Math.min(...losses));
  expect(await lossOf(best!.candidate.mask as number)).toBe(best!.values.value);
  // Masks make a difference before training, and each leaves half of every hidden layer.
  expect(new Set(losses).size).toBe(12);
  const { model, report } = masked(best!.candidate.mask as number);
  expect(report.groups.map(({ size, kept }) => kept.length / size)).toEqual([0.5, 0.5]);
  model.dispose();
  end();
});

test('the search is drawn again from its seed [random-sparse-search]', async () => {
  const [one, two] = [await search(0.75, 4), await search(0.75, 4)];
  expect(one.best).not.toBeNull();
  expect(one.trials.map(({ candidate, values }) => [candidate, values])).toEqual(
    two.trials.map(({ candidate, values }) => [candidate, values])
  );
  one.end();
  two.end();
});
