import { adaptive, core, models, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { bigCalls, DUO, withinBudget } from '../support/duo';
import { makeLanguage } from '../support/language';

const { Context } = core;

const L = DUO.layers;
const BIG = 2;

/** Seconds of the fastest of some passes in which every token makes this choice in every block. */
function fastest(model: models.Transformer, inputs: tf.Tensor2D, choice: number): number {
  const times = Array.from({ length: 6 }, () => {
    const ctx = Context.create();
    const started = performance.now();
    tf.tidy(() => {
      ctx.setState(adaptive.PATHS, tf.fill([inputs.size, L], choice, 'int32'));
      model.apply(inputs, ctx).dataSync();
    });
    ctx.dispose();
    return performance.now() - started;
  });
  return Math.min(...times);
}

describe('[duo-llm]', () => {
  test('in training both modules are seen, and bypass takes part', () => {
    const model = models.duoLLM({ ...DUO, seed: 1 });
    const records: core.RoutingRecord[] = [];
    const ctx = Context.create({
      training: true,
      observers: [core.observer('routing', (record) => records.push(record))]
    });
    tf.tidy(() => {
      model.apply(tf.zeros([4, 24], 'int32'), ctx);
    });
    ctx.dispose();
    const shares = records.map(({ indices }) => [0, 1, 2].map((e) => indices.filter((i) => i === e).length / 96));
    shares.flat().forEach((share) => expect(Math.abs(share - 1 / 3)).toBeLessThan(0.2));
    expect(records[0].experts).toEqual(['bypass 0', 'small 1', 'big 2']);
    model.dispose();
  });

  test('of every token the oracle loses no more than the router with as many big calls, and a larger budget never loses more', async () => {
    const model = models.duoLLM({ ...DUO, seed: 1, budget: 0.5 });
    const { routes } = await withinBudget(model, makeLanguage({ domains: 2, seed: 1 }));
    let gained = 0;
    routes.losses.forEach((loss, t) => {
      expect(loss).toBeLessThanOrEqual(routes.referenceLosses[t]);
      expect(bigCalls(routes.paths, t)).toBeLessThanOrEqual(bigCalls(routes.reference, t));
      gained += routes.referenceLosses[t] - loss;
    });
    expect(gained).toBeGreaterThan(0);
    routes.byBudget.forEach((loss, row) => row % (L + 1) > 0 && expect(loss).toBeLessThanOrEqual(routes.byBudget[row - 1])); // prettier-ignore
    model.dispose();
  });

  test('what a token does not take is not computed: time falls', () => {
    const model = models.duoLLM({ ...DUO, width: 64, smallDim: 16, bigDim: 4096 });
    const inputs = tf.zeros([64, 24], 'int32') as tf.Tensor2D;
    fastest(model, inputs, BIG);
    // So large that the big network is nearly all of the time, on a machine that others use as well.
    expect(fastest(model, inputs, 0)).toBeLessThan(0.6 * fastest(model, inputs, BIG));
    inputs.dispose();
    model.dispose();
  });
});
