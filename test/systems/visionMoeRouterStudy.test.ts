import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { relativeError } from '../support/numeric';

const { Context, Random } = core;

const WIDTH = 6;
const EXPERTS = 4;
const TOKENS = 24;

const PRESETS: [string, routers.RouterSpec][] = [
  ['token choice', routers.topK({ k: 2 })],
  ['switch', routers.topK({ k: 1 })],
  ['expert choice', routers.expertChoice({ k: 2 })],
  ['soft', routers.soft({ slots: 3 })],
  ['sinkhorn', routers.sinkhorn({ k: 2 })],
  ['base', routers.base()]
];

function build(router: routers.RouterSpec): moe.MoeLayer {
  return moe.layer({ router, experts: EXPERTS, width: WIDTH, hidden: 5, random: Random.fromSeed(1) });
}

const tokens = () => Random.fromSeed(2).normal([TOKENS, WIDTH]) as tf.Tensor2D;

describe('[vision-moe-router-study]', () => {
  test.each(PRESETS)(
    '%s as dispatch and combine computes what it computes directly, and its gradients',
    (_name, spec) => {
      const [direct, tensors] = [build(spec), build(routers.unified({ router: spec }))];
      const x = tokens();
      const target = Random.fromSeed(3).normal([TOKENS, WIDTH]);
      const values = [direct, tensors].map((layer) => {
        const training = { training: true, random: Random.fromSeed(4) };
        const ctx = Context.create(training);
        const variables = [...layer.parameters().values()].map((parameter) => parameter.variable);
        const loss = () => tf.tidy(() => layer.apply(x, ctx).mul(target).sum() as tf.Scalar);
        const { value, grads } = tf.variableGrads(loss, variables);
        const out = tf.tidy(() => [layer.apply(x, Context.create()), ...variables.map(({ name }) => grads[name])]);
        const host = out.map((each) => each.dataSync());
        ctx.dispose();
        tf.dispose([value, grads, out]);
        return host;
      });
      values[0].forEach((expected, i) =>
        expect(relativeError(values[1][i], expected)).toBeLessThan(i === 0 ? 1e-6 : 1e-5)
      );
      tf.dispose([x, target]);
      [direct, tensors].forEach((layer) => layer.dispose());
    }
  );

  test.each([
    ['token choice', routers.topK({ k: 2 }), 1, 2],
    ['sinkhorn', routers.sinkhorn({ k: 2 }), 1, 2],
    ['expert choice', routers.expertChoice({ k: 2 }), 0, (2 * TOKENS) / EXPERTS]
  ] as [string, routers.RouterSpec, 0 | 1, number][])(
    '%s dispatches with exactly that many ones',
    (_name, spec, by, count) => {
      const router = routers
        .unified({ router: spec })
        .build({ width: WIDTH, numExperts: EXPERTS, random: Random.fromSeed(1) });
      tf.tidy(() => {
        const { dispatch } = router.route(tokens(), Context.create()) as routers.SlotRouting;
        expect(new Set(dispatch.dataSync())).toEqual(new Set([0, 1]));
        // By token, over experts and rows; by expert, over tokens and rows.
        expect(new Set(dispatch.sum(by === 1 ? [1, 2] : [0, 2]).dataSync())).toEqual(new Set([count]));
        // No row holds two tokens.
        expect(dispatch.sum(0).max().dataSync()[0]).toBe(1);
      });
      router.dispose();
    }
  );
});
