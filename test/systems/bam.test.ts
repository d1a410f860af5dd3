import { core, models, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { outputOf, setValue, valuesOf } from '../support/networks';
import { expectClose } from '../support/numeric';

const { Context, Random } = core;

const SIZE = { layers: 2, width: 16, heads: 2, contextLength: 16, gated: true, parallel: true };
const ids = () => tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8], [2, 4], 'int32');
const soft = routers.topP({ p: 1 });

const mixture = (seed = 1): models.UpcycleModelsOptions => ({
  ...{ router: routers.topK({ k: 2 }), experts: 4, attention: 'mixture', attentionRouter: soft },
  random: Random.fromSeed(seed)
});

describe('[bam]', () => {
  test.each([
    ['soft', soft, soft, false],
    ['top-2 and soft, keys and values shared', routers.topK({ k: 2 }), soft, true],
    ['sigmoid and top-2', routers.topK({ k: 3, scores: 'sigmoid' }), routers.topK({ k: 2 }), false],
    ['renormalised top-1', routers.topK({ k: 1, renormalize: true }), routers.topK({ k: 1, renormalize: true }), true]
  ])('copies of one model keep its logits, routers: %s', (_, router, attentionRouter, shareKeyValue) => {
    const dense = models.denseTransformer({ ...SIZE, seed: 5 });
    const before = valuesOf(dense);
    const x = ids();
    const { model, report } = models.upcycle([dense, dense, dense], {
      ...mixture(),
      router,
      attentionRouter,
      shareKeyValue
    });
    expectClose(outputOf(model, x), outputOf(dense, x), 1e-5);
    expect(valuesOf(dense)).toEqual(before);
    expect(report.source).toEqual([0, 1, 2, 0]);
    expect(report.parameters.after).toBe(model.countParameters());
    x.dispose();
    [dense, model].forEach((each) => each.dispose());
  });

  test.each([false, true])(
    'the attention of each model, weighed by the router for each token, by hand; keys shared: %s',
    (shareKeyValue) => {
      const own = [5, 6, 7].map((seed) => models.denseTransformer({ ...SIZE, seed }));
      const { model } = models.upcycle(own, { ...mixture(), shareKeyValue });
      const attention = model.modules().get('layers.1.attention') as moe.AttentionMixture;
      setValue(attention, 'router.weight', (w) => w.mul(20));
      const x = Random.fromSeed(2).normal([2, 6, 16]) as tf.Tensor3D;
      const ctx = Context.create();
      tf.tidy(() => {
        const dense = own.map((each) => each.parameters().get('layers.1.attention.qkv.weight')!);
        const parts = dense.map(({ variable }) => tf.split(variable, 3, 1));
        const shared = [1, 2].map((part) => tf.addN(parts.map((each) => each[part])).div(3));
        const alone = parts.map(([query, ...keyValue], e) => {
          const undo = dense[e].wrap(() => tf.concat([query, ...(shareKeyValue ? shared : keyValue)], 1));
          const output = own[e].modules().get('layers.1.attention')!.apply(x, ctx);
          undo();
          return output;
        });
        const weights = tf
          .softmax(
            x
              .reshape<tf.Tensor2D>([-1, 16])
              .matMul(attention.parameters().get('router.weight')!.variable as tf.Tensor2D)
          )
          .reshape([2, 6, 3]);
        // The router tells tokens apart: no even mean would do.
        expect(
          weights
            .sub(1 / 3)
            .abs()
            .mean()
            .dataSync()[0]
        ).toBeGreaterThan(0.1);
        const mixed = tf.addN(alone.map((output, e) => output.mul(weights.slice([0, 0, e], [-1, -1, 1]))));
        expectClose(attention.apply(x, ctx), mixed, 1e-5);
        expect(alone[0].sub(alone[1]).abs().mean().dataSync()[0]).toBeGreaterThan(0.01);
      });
      ctx.dispose();
      x.dispose();
      [model, ...own].forEach((each) => each.dispose());
    }
  );

  test('attention and experts work side by side: what attention adds does not reach the experts of its block', () => {
    const taps = (parallel: boolean) => {
      const dense = models.denseTransformer({ ...SIZE, layers: 1, parallel, seed: 5 });
      const { model } = models.upcycle([dense, dense], mixture());
      const x = ids();
      const seen = () => {
        const [{ tokens }] = moe.analysis.inputsOf(model, x);
        const values = tokens.dataSync<'float32'>();
        tokens.dispose();
        return values;
      };
      const before = seen();
      const { variable } = model.parameters().get('layers.0.attention.output')!;
      tf.tidy(() => variable.assign(variable.mul(3)));
      const after = seen();
      x.dispose();
      [dense, model].forEach((each) => each.dispose());
      return { before, after };
    };
    const { before, after } = taps(true);
    expect(after).toEqual(before);
    const inTurn = taps(false);
    expect(inTurn.after).not.toEqual(inTurn.before);
  });

  test.each([
    [true, 1],
    [false, 3]
  ])(
    'with keys and values shared (%s) a cache holds %i set of them, and decoding from it is the whole pass',
    (shareKeyValue, sets) => {
      const shape = { router: soft, experts: 3, width: 16, heads: 2, shareKeyValue, random: Random.fromSeed(1) };
      const attention = moe.attentionMixture(shape);
      const x = Random.fromSeed(2).normal([2, 6, 16]) as tf.Tensor3D;
      tf.tidy(() => {
        const cache = attention.keysAndValues(x);
        expect(cache.shape).toEqual([sets, 2, 6, 32]);
        const last = attention.attendTo(x.slice([0, 5, 0]), cache, Context.create());
        const whole = attention.apply(x, Context.create());
        expectClose(last, whole.slice([0, 5, 0]), 1e-6);
        expect(whole.slice([0, 5, 0]).abs().max().dataSync()[0]).toBeGreaterThan(0.01);
      });
      x.dispose();
      attention.dispose();
    }
  );
});
