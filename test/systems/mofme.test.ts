import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { outputOf } from '../support/networks';
import { expectClose } from '../support/numeric';
import { mean } from '../support/regression';

const { Context, Random } = core;

const [WIDTH, HIDDEN, EXPERTS] = [16, 16, 4];
describe('[mofme]', () => {
  test('each expert more costs 2 D parameters, and modulation of ones and zeros is the block', () => {
    const build = (numExperts: number) =>
      moe.modulatedExperts().build({ numExperts, width: WIDTH, hidden: HIDDEN, random: Random.fromSeed(1) });
    const [few, many] = [build(3), build(4)];
    expect(many.countParameters() - few.countParameters()).toBe(2 * WIDTH);
    const block = [...few.children.values()][0] as moe.ExpertBank;
    const x = Random.fromSeed(2).normal([20, WIDTH]);
    // All experts together: three times the block.
    const [all, one] = [outputOf(few, x), outputOf(block, x)];
    expectClose(
      all,
      one.map((v) => 3 * v)
    );
    x.dispose();
    [few, many].forEach((bank) => bank.dispose());
  });

  test('without dropout it is the linear router; the more is dropped, the less sure it is', () => {
    const shape = { width: WIDTH, numExperts: EXPERTS, random: Random.fromSeed(1) };
    const x = Random.fromSeed(2).normal([200, WIDTH], 0, 5) as tf.Tensor2D;
    const confidence = (spec: routers.RouterSpec) => {
      const router = spec.build(shape);
      const probs = tf.tidy(() => router.route(x, Context.create()).probs.dataSync<'float32'>());
      router.dispose();
      const sure = Array.from({ length: 200 }, (_, t) => Math.max(...probs.subarray(t * EXPERTS, (t + 1) * EXPERTS)));
      return { probs, sure: mean(sure) };
    };
    const linear = confidence(routers.topK({ k: 1 }));
    const dropped = [0, 0.1, 0.4].map((dropout) => confidence(routers.uncertainty({ k: 1, samples: 16, dropout })));
    expectClose(dropped[0].probs, linear.probs, 1e-6);
    expect(dropped[1].sure).toBeLessThan(linear.sure);
    expect(dropped[2].sure).toBeLessThan(dropped[1].sure);
    x.dispose();
  });
});
