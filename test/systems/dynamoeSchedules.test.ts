import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { setValue } from '../support/networks';
import { Classifier, makeImages } from '../support/noisyImages';
import { expectClose } from '../support/numeric';
import { choicesOf } from '../support/stack';

const { Context, Random } = core;

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

  test('a token takes as few experts as reach p together: by hand, one where it is sure, more where it is not, kMax at most', () => {
    // Logits are the tokens themselves.
    const tokens = [
      [0.7, 0.1, 0.1, 0.1],
      [0.4, 0.3, 0.2, 0.1],
      [0.3, 0.28, 0.22, 0.2],
      [0.25, 0.25, 0.25, 0.25]
    ];
    const chosen = (options: routers.TopPOptions) => {
      const router = routers.topP(options).build({ width: 4, numExperts: 4, random: Random.fromSeed(1) });
      setValue(router, 'weight', () => tf.eye(4));
      const rows = tf.tidy(() => {
        const x = tf.tensor2d(tokens).log() as tf.Tensor2D;
        return routers.denseWeights(router.route(x, Context.create())).arraySync();
      });
      router.dispose();
      return rows;
    };
    const rows = chosen({ p: 0.65 });
    expect(rows.map((row) => row.filter((w) => w > 0).length)).toEqual([1, 2, 3, 3]);
    // Weights are the probabilities as they are.
    expectClose(rows[2], [0.3, 0.28, 0.22, 0], 1e-6);
    expect(chosen({ p: 0.65, kMax: 2 }).map((row) => row.filter((w) => w > 0).length)).toEqual([1, 2, 2, 2]);
    expect(chosen({ p: 0.75 }).map((row) => row.filter((w) => w > 0).length)).toEqual([2, 3, 3, 3]);
  });

  test('the entropy of the choice is charged to training, times its coefficient', () => {
    const router = routers
      .topP({ p: 0.5, entropyLoss: 0.2, balance: {} })
      .build({ width: 2, numExperts: 2, random: Random.fromSeed(1) });
    setValue(router, 'weight', () => tf.eye(2));
    const losses = (training: boolean) => {
      const ctx = Context.create({ training });
      const values = tf.tidy(() => {
        router.route(tf.tensor2d([0.5, 0.5, 0.9, 0.1], [2, 2]).log() as tf.Tensor2D, ctx);
        return [...ctx.losses].map(([, loss]) => loss.dataSync()[0]);
      });
      ctx.dispose();
      return values;
    };
    const entropy = (p: number) => -p * Math.log(p) - (1 - p) * Math.log(1 - p);
    expectClose(losses(true), [(0.2 * (entropy(0.5) + entropy(0.9))) / 2], 1e-6);
    expect(losses(false)).toEqual([]);
    router.dispose();
  });
});
