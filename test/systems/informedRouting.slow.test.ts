import { adaptive, core, layers, models, ops, tf, train, type data } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { makeLanguage } from '../support/language';
import { overTenSeeds } from '../support/paired';

const { Context } = core;

const LENGTH = 24;
const QUIET = { batchSize: 8, evaluateEvery: 0, progress: false };

const isFeedForward = (module: core.Module): module is layers.FeedForward => module instanceof layers.FeedForward;

function idsOf({ tokens, batchSize, length }: data.Batch): [tf.Tensor2D, tf.Tensor1D] {
  return tf.tidy(() => {
    const all = tf.tensor2d(tokens, [batchSize, length + 1], 'int32');
    return [all.slice<tf.Tensor2D>([0, 0], [-1, length]), all.slice([0, 1], [-1, length]).flatten() as tf.Tensor1D];
  });
}

interface Measured {
  loss: number;
  /** Share of decisions to execute. */
  executed: number;
  /** Mean squared difference of forecast and unit, for tokens that executed and for those that did not. */
  errors: [number, number];
}

function measure(model: models.Transformer, batch: data.Batch): Measured {
  const [inputs, targets] = idsOf(batch);
  const records: core.RoutingRecord[] = [];
  const ctx = Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
  const loss = tf.tidy(
    () =>
      ops
        .crossEntropy(model.apply(inputs, ctx).reshape([targets.size, -1]), targets)
        .mean()
        .dataSync()[0]
  );
  ctx.dispose();
  const captured = core.captureInputs(model, inputs, (module): module is core.Module => module.kind === 'moe');
  const sums = [0, 0].map(() => ({ error: 0, count: 0 }));
  captured.forEach(({ module, input }, layer) => {
    const tokens = input.reshape([-1, input.shape.at(-1)!]);
    const told = (choice: number) => {
      const own = Context.create();
      own.setState(adaptive.PATHS, tf.fill([tokens.shape[0], captured.length], choice, 'int32'));
      const out = module.apply(tokens, own);
      own.dispose();
      return out;
    };
    const errors = tf.tidy(() => told(1).sub(told(0)).square().mean(1).dataSync());
    records[layer].indices.forEach((choice, t) => {
      sums[choice].error += errors[t];
      sums[choice].count++;
    });
    tf.dispose([input, tokens]);
  });
  tf.dispose([inputs, targets]);
  const total = sums[0].count + sums[1].count;
  return {
    loss,
    executed: sums[1].count / total,
    errors: [sums[1].error / sums[1].count, sums[0].error / sums[0].count]
  };
}

async function build(seed: number) {
  const text = makeLanguage({ domains: 2, seed });
  const dense = models.denseTransformer({ layers: 2, width: 32, heads: 2, contextLength: LENGTH, seed });
  await train.fit(dense, text, { ...QUIET, seed, steps: 200, learningRate: 6e-3 });
  const [ids, targets] = idsOf(text.trainBatch({ seed, step: 12345, batchSize: 32, length: LENGTH }));
  const captured = core.captureInputs(dense, ids, isFeedForward);
  const [batch] = text.validationBatches({ batchSize: 16, length: LENGTH, count: 1 });
  const route = async (policy: adaptive.TokenPolicy) => {
    const model = models.mapFeedForwards(dense, (unit, block) => {
      const inputs = captured[block].input.reshape<tf.Tensor2D>([-1, 32]);
      const layer = adaptive.tokenRoute(unit as layers.FeedForward, { block, policy, inputs, rank: 4, seed });
      inputs.dispose();
      return layer;
    });
    adaptive.trainOnlyRouters(model);
    await train.fit(model, text, { ...QUIET, seed, steps: 80, learningRate: 1e-2 });
    const measured = measure(model, batch);
    model.dispose();
    return measured;
  };
  const [approximate, skip] = [await route('executeOrApproximate'), await route('executeOrSkip')];
  tf.dispose([ids, targets, ...captured.map(({ input }) => input)]);
  dense.dispose();
  return { approximate, skip };
}

test('[informed-routing] loss with skips less that with forecasts, in nats, at as much executed, and what is executed', async () => {
  const { gain, more, hard } = await overTenSeeds('informed-routing', async (seed) => {
    const { approximate, skip } = await build(seed);
    const { errors } = approximate;
    return {
      gain: skip.loss - approximate.loss,
      more: approximate.executed - skip.executed,
      hard: errors[0] - errors[1]
    };
  });
  expect(gain.verdict).toBe('above');
  expect(more.mean + more.halfWidth).toBeLessThan(0.1);
  // The router executes what is hard to forecast.
  expect(hard.verdict).toBe('above');
});
