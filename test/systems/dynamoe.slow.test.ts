import { core, moe, ops, routers, tf, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { Classifier, makeImages } from '../support/noisyImages';
import { overTenSeeds } from '../support/paired';
import { mean, minimise } from '../support/regression';
import { choicesOf } from '../support/stack';

const LAYERS = 4;
const STEPS = 120;

/** Variance over mean squared of the gradient's norm in the second half of a training, and the loss on images that it did not see. */
function run(router: (layer: number) => routers.RouterSpec, seed: number): { variance: number; loss: number } {
  const model = new Classifier(router, seed);
  const loss = (step: number, count: number, ctx: core.Context): tf.Scalar => {
    const { x, labels } = makeImages(seed, step, count);
    return ops.crossEntropy(model.apply(x, ctx), labels).mean();
  };
  const task: train.Task<number> = {
    ...{ kind: 'images', fixed: {}, batch: (step) => step },
    loss: (_model, step, ctx) => loss(step, 128, ctx)
  };
  const stepper = train.stepper(model, task, { steps: STEPS, learningRate: 0.005, schedule: 'constant', seed });
  const norms = Array.from({ length: STEPS }, () => stepper.step().gradientNorm).slice(STEPS / 2);
  stepper.dispose();
  const ctx = core.Context.create();
  const unseen = tf.tidy(() => loss(1_000_000, 2000, ctx).dataSync()[0]);
  ctx.dispose();
  model.dispose();
  return { variance: mean(norms.map((norm) => (norm / mean(norms) - 1) ** 2)), loss: unseen };
}

test('[dynamoe] variance of the gradient against top-2, and loss of a descending schedule against a uniform one', async () => {
  const { variance } = await overTenSeeds('dynamoe', (seed) => {
    const dynamic = run(() => routers.topP({ p: 0.5, entropyLoss: 1e-2 }), seed);
    const fixed = run(() => routers.topK({ k: 2 }), seed);
    const [descending, uniform] = (['descending', 'uniform'] as const).map((shape) => {
      const ks = moe.schedule({ shape, layers: LAYERS, total: 10, kMax: 4 });
      return run((layer) => routers.topP({ p: 0.5, kMax: ks[layer], entropyLoss: 1e-2 }), seed);
    });
    return {
      variance: Math.log(dynamic.variance / fixed.variance),
      schedule: Math.log(descending.loss / uniform.loss)
    };
  });
  // Claimed is that it is less.
  expect(variance.verdict).not.toBe('below');
});

test("[dynamoe] rank correlation of an image's loss and the experts that it takes", async () => {
  const { correlation } = await overTenSeeds('dynamoe', (seed) => {
    const model = new Classifier(() => routers.topP({ p: 0.5, entropyLoss: 1e-2 }), seed);
    const losses = (ctx: core.Context, step: number, count: number) => {
      const { x, labels } = makeImages(seed, step, count);
      return ops.crossEntropy(model.apply(x, ctx), labels);
    };
    minimise(model, (ctx, step) => losses(ctx, step, 128).mean(), { steps: STEPS, learningRate: 0.005, seed });
    const { x, labels } = makeImages(seed, 1_000_000, 1000);
    const choices = choicesOf(model, x);
    const loss = tf.tidy(() => losses(core.Context.create(), 1_000_000, 1000).dataSync());
    tf.dispose([x, labels]);
    model.dispose();
    const used = Array.from(loss, (_, t) => mean(choices.map((layer) => layer[t].filter((e) => e >= 0).length)));
    return { correlation: moe.analysis.spearman(used, loss) };
  });
  expect(correlation.verdict).toBe('above');
});
