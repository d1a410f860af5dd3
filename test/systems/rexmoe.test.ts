import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeTokens, outputOf } from '../support/networks';
import { expectClose } from '../support/numeric';
import { EXPERTS, group, SHAPE, WIDTH } from '../support/rexmoe';

const { Context, Random } = core;

describe('[rexmoe]', () => {
  test('parameters are those of separate layers, and the columns of the routers', () => {
    const layers = 3;
    const shared = group(layers, 1);
    const baseline = moe.layer({ ...SHAPE, router: routers.topK({ k: 2 }), random: Random.fromSeed(1) });
    const columns = layers * WIDTH * (layers - 1) * EXPERTS;
    expect(shared.countParameters()).toBe(layers * baseline.countParameters() + columns);
    shared.dispose();
    baseline.dispose();
  });

  test('a group of one is a mixture of experts', () => {
    const [shared, baseline] = [
      group(1, 1),
      moe.layer({ ...SHAPE, router: routers.topK({ k: 2 }), random: Random.fromSeed(2) })
    ];
    const from = shared.parameters();
    baseline.parameters().forEach((parameter, path) => {
      const source = path.startsWith('router') ? `0.${path}` : path;
      parameter.assign(from.get(source)!.variable);
    });
    const x = makeTokens(30, WIDTH);
    expectClose(outputOf(shared.layers[0], x), outputOf(baseline, x), 1e-6);
    x.dispose();
    shared.dispose();
    baseline.dispose();
  });

  test('the pool grows as scheduled, nearest layers first', () => {
    const [from, to, steps] = [2, 6, 8];
    const order = [3, 1, 0, 2, 5, 4];
    const spec = routers.progressivePool({ k: 1, order, from, to, steps });
    const router = spec.build({ width: WIDTH, numExperts: 6, random: Random.fromSeed(1) });
    const x = makeTokens(5, WIDTH);
    for (let step = 0; step <= steps + 2; step++) {
      const ctx = Context.create({ training: true });
      const probs = tf.tidy(() => router.route(x, ctx).probs.max(0).arraySync() as number[]);
      const size = from + Math.floor((to - from) * Math.min(1, step / steps));
      expect(order.map((expert) => probs[expert] > 0)).toEqual(order.map((_, rank) => rank < size));
      ctx.finish();
      ctx.dispose();
    }
    const seen: number[][] = [];
    moe
      .sharedGroup({
        ...{ ...SHAPE, experts: 2, group: 3, random: Random.fromSeed(1) },
        router: (nearest) => (seen.push(nearest), routers.topK({ k: 1 }))
      })
      .dispose();
    expect(seen[0]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(seen[2]).toEqual([4, 5, 2, 3, 0, 1]);
    x.dispose();
    router.dispose();
  });
});
