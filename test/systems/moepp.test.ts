import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test, vi } from 'vitest';
import { EXPERTS, FFN, KINDS, observe } from '../support/moepp';
import { makeTokens, outputOf, setValue } from '../support/networks';
import { expectClose } from '../support/numeric';

const { Context, Random } = core;

const WIDTH = 8;
const [ZERO, COPY] = [FFN, FFN + 1];

function makeLayer(options: routers.TopKOptions, seed = 1): moe.MoeLayer {
  const shape = { experts: EXPERTS, width: WIDTH, hidden: 12, random: Random.fromSeed(seed) };
  return moe.layer({ router: routers.topK(options), expertKind: KINDS, ...shape });
}

describe('[moepp]', () => {
  test('copy gives the weight times the token, zero gives nothing, both exactly', () => {
    const layer = makeLayer({ k: 1, renormalize: false });
    const x = makeTokens(200, WIDTH);
    const { values, records } = observe((ctx) => layer.apply(x, ctx));
    const tokens = x.dataSync<'float32'>();
    const seen = new Set<number>();
    records[0].indices.forEach((expert, t) => {
      const row = values.subarray(t * WIDTH, (t + 1) * WIDTH);
      const token = tokens.subarray(t * WIDTH, (t + 1) * WIDTH);
      seen.add(expert);
      if (expert === COPY) {
        expect(row).toEqual(token.map((v) => v * records[0].weights[t]));
      } else if (expert === ZERO) {
        expect(row).toEqual(new Float32Array(WIDTH));
      }
    });
    expect(seen).toEqual(new Set(Array.from({ length: EXPERTS }, (_, e) => e)));
    x.dispose();
    layer.dispose();
  });

  test('the networks work on the choices that are theirs and on no others', () => {
    const shares = [1, 2, 3].map((seed) => {
      const layer = makeLayer({ k: 2 }, seed);
      const networks = vi.spyOn(layer.experts.children.get('plain0') as moe.ExpertBank, 'applyGroups');
      const x = makeTokens(300, WIDTH);
      const { records } = observe((ctx) => layer.apply(x, ctx));
      const choices = records[0].indices.length;
      const free = records[0].indices.filter((expert) => expert >= FFN).length / choices;
      const all = choices * layer.experts.flops[0];
      const spent = networks.mock.calls[0][0].shape[0] * layer.experts.flops[0];
      expect(spent).toBeCloseTo(all * (1 - free), 6);
      x.dispose();
      layer.dispose();
      return free;
    });
    // Not always the same share, or the proportion would not be seen.
    expect(new Set(shares).size).toBe(3);
  });

  test('without residuals it is the plain router, with them a layer goes by the logits before', () => {
    const [plain, residual] = [false, true].map((gatingResidual) => makeLayer({ k: 2, gatingResidual }));
    const x = makeTokens(20, WIDTH);
    const twice = (layer: moe.MoeLayer) =>
      observe((ctx) => layer.apply(layer.apply(x, ctx.within('0')), ctx.within('1'))).values;
    expect(twice(residual)).toEqual(twice(plain));
    setValue(residual, 'router.residual', (r) => Random.fromSeed(5).normal(r.shape));
    expect(outputOf(residual, x)).toEqual(outputOf(plain, x));
    expect(twice(residual)).not.toEqual(twice(plain));
    tf.tidy(() => {
      const { router } = residual;
      const [w, r] = ['weight', 'residual'].map((name) => router.parameters().get(name)!.variable as tf.Tensor2D);
      const ctx = Context.create();
      const [first, second, third] = [1, 2, 3].map((seed) => makeTokens(20, WIDTH, seed));
      [first, second].forEach((each) => void router.route(each, ctx));
      const expected = third.matMul(w).add(second.matMul(w).add(first.matMul(w).matMul(r)).matMul(r));
      expectClose(router.route(third, ctx).logits, expected);
      ctx.dispose();
    });
    x.dispose();
    [plain, residual].forEach((layer) => layer.dispose());
  });
});
