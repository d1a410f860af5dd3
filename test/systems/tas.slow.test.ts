import { data, elastic, models, nas, tf, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';

const [seen, unseen] = Object.values(data.digits()).map(({ images, labels, count }) => ({
  inputs: tf.tensor2d(images, [count, 64]),
  labels
}));
const digits = train.tasks.classification({ ...seen, validation: unseen, batchSize: 64 });
const SHARES = [0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1];
const BUDGET = 0.15;

test('[tas] widths searched and taught by the whole network against uniform widths that are trained alone, at the same operations', async () => {
  const { searched, taught } = await overTenSeeds('tas, accuracy on digits', async (seed) => {
    const options = (steps: number) => ({ ...{ steps, seed, learningRate: 0.01 }, ...{ progress: false, evaluateEvery: 0 } }); // prettier-ignore
    const make = (): models.Mlp => models.mlp({ inputWidth: 64, hidden: [64, 64], outputWidth: 10, seed });
    const teacher = make();
    await train.fit(teacher, digits, options(300));
    const whole = models.sumFlops(models.moduleFlops(teacher))!;
    const supernet = make();
    const net = elastic.supernet(supernet, { sizes: { '**.hidden': SHARES } });
    const { point } = await nas.widthDepth(net, { task: digits, validation: digits, steps: 150, seed, flops: BUDGET * whole, learningRate: 0.01, architectureRate: 0.05 }); // prettier-ignore
    const tied = elastic.supernet(teacher, { sizes: { '**.hidden': Array.from({ length: 64 }, (_, i) => (i + 1) / 64) }, tied: true }); // prettier-ignore
    // The widest that spends no more than the tolerance above the budget.
    const uniform = [...tied.points()].filter((each) => tied.subnet(each).cost().flops! <= 1.05 * BUDGET * whole).at(-1)!; // prettier-ignore
    // Values of both are the teacher's, so that sizes and teaching are all that differs.
    const accuracyOf = async (choice: elastic.SubnetChoice, distil: boolean): Promise<number> => {
      const { model } = elastic.extract(teacher, choice);
      const task = distil ? train.tasks.distillation(digits, { teacher, temperature: 4, hardLoss: 0.5 }) : digits;
      await train.fit(model, task, options(200));
      const { accuracy } = await digits.evaluate!(model);
      model.dispose();
      return accuracy;
    };
    const [found, foundAlone, even] = [
      await accuracyOf(net.choice(point), true),
      await accuracyOf(net.choice(point), false),
      await accuracyOf(tied.choice(uniform), false)
    ];
    [teacher, supernet].forEach((each) => each.dispose());
    return { searched: found - even, taught: found - foundAlone };
  });
  // Neither claim holds here: uniform widths are better, and teaching makes no difference that is seen.
  expect([searched.verdict, taught.verdict]).toEqual(['below', 'undecided']);
});
