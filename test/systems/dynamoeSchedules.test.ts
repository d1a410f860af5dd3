import { core, moe, ops, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { Classifier, makeImages } from '../support/noisyImages';
import { mean, minimise } from '../support/regression';
import { choicesOf } from '../support/stack';

const { Context } = core;

const LAYERS = 4;
const K_MAX = 4;
const TOTAL = 10;
const SHAPES = ['uniform', 'descending', 'ascending', 'pyramid', 'valley', 'wave'] as const;

describe('[dynamoe]', () => {
  test.each(SHAPES)(
    '%s: the layers share the same total exactly, and no token takes more than its layer allows',
    (shape) => {
      const ks = moe.schedule({ shape, layers: LAYERS, total: TOTAL, kMax: K_MAX });
      const model = new Classifier((layer) => routers.topP({ p: 1, kMax: ks[layer] }), 1);
      const { x, labels } = makeImages(1, 0, 50);
      const counts = choicesOf(model, x).map((layer) => layer.map((row) => row.filter((e) => e >= 0).length));
      tf.dispose([x, labels]);
      model.dispose();
      // p = 1: every token takes all that it may.
      counts.forEach((layer, l) => expect(new Set(layer)).toEqual(new Set([ks[l]])));
      expect(counts.reduce((sum, layer) => sum + layer[0], 0)).toBe(TOTAL);
    }
  );

  test('a token that is harder takes more experts', () => {
    const correlations = [1, 2, 3].map((seed) => {
      const model = new Classifier(() => routers.topP({ p: 0.5, entropyLoss: 1e-2 }), seed);
      const losses = (ctx: core.Context, step: number, count: number) => {
        const { x, labels } = makeImages(seed, step, count);
        return ops.crossEntropy(model.apply(x, ctx), labels);
      };
      const options = { steps: 120, learningRate: 0.005, seed };
      minimise(model, (ctx, step) => losses(ctx, step, 128).mean(), options);
      const { x, labels } = makeImages(seed, 1_000_000, 1000);
      const choices = choicesOf(model, x);
      const loss = tf.tidy(() => losses(Context.create(), 1_000_000, 1000).dataSync());
      tf.dispose([x, labels]);
      model.dispose();
      const used = Array.from(loss, (_, t) => mean(choices.map((layer) => layer[t].filter((e) => e >= 0).length)));
      return moe.analysis.spearman(used, loss);
    });
    expect(mean(correlations)).toBeGreaterThan(0.2);
  }, 300_000);
});
