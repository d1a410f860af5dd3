import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeNetwork, makeTokens, outputOf } from '../support/networks';
import { expectClose } from '../support/numeric';
import { makePieces } from '../support/pieces';
import { errorOf, mean, regress } from '../support/regression';

const { Context, Random } = core;

const WIDTH = 16;

describe('[ewa]', () => {
  test('tokens are dealt out at random, evenly, and anew in each pass', () => {
    const router = routers.randomPartition().build({ width: WIDTH, numExperts: 4, random: Random.fromSeed(1) });
    const x = makeTokens(42, WIDTH);
    const dealt = [1, 2].map((seed) => {
      const ctx = Context.create({ random: Random.fromSeed(seed) });
      return tf.tidy(() => Array.from((router.route(x, ctx) as routers.SparseRouting).indices.dataSync()));
    });
    dealt.forEach((each) =>
      expect([0, 1, 2, 3].map((e) => each.filter((i) => i === e).length)).toEqual([11, 11, 10, 10])
    );
    expect(dealt[0]).not.toEqual(dealt[1]);
    x.dispose();
  });

  test('a step keeps the mean and multiplies the variance by (1 - beta)^2', () => {
    const layer = moe.layer({
      router: routers.randomPartition(),
      expertKind: moe.averagedExperts({ expertKind: moe.plainExperts(), beta: 0.25 }),
      ...{ experts: 4, width: WIDTH, hidden: 8, random: Random.fromSeed(1) }
    });
    const moments = () =>
      tf.tidy(() => {
        const { mean, variance } = tf.moments(layer.parameters().get('experts.each.w2')!.variable, 0);
        return { mean: mean.dataSync<'float32'>(), variance: variance.dataSync<'float32'>() };
      });
    const before = moments();
    const x = makeTokens(8, WIDTH);
    const ctx = Context.create({ training: true });
    layer.apply(x, ctx).dispose();
    ctx.finish();
    ctx.dispose();
    const after = moments();
    expectClose(after.mean, before.mean, 1e-6);
    expectClose(
      after.variance,
      before.variance.map((v) => 0.75 ** 2 * v),
      1e-6
    );
    x.dispose();
    layer.dispose();
  });

  test('identical experts convert exactly', () => {
    const network = makeNetwork({ width: WIDTH });
    const random = Random.fromSeed(1);
    const { layer } = moe.upcycle(network, { experts: 4, router: routers.randomPartition(), random });
    const { network: converted } = moe.averageToDense(layer);
    const x = makeTokens(40, WIDTH);
    expectClose(outputOf(converted, x), outputOf(layer, x), 1e-6);
    x.dispose();
    [network, layer, converted].forEach((each) => each.dispose());
  });

  test('trained with averaging, the one network loses nothing; without it, the mean of the experts collapses', () => {
    const increase = (beta: number, seed: number): number => {
      const task = makePieces({ width: WIDTH, clusters: 4, seed });
      const batches = (step: number) => task.batch(step, 128);
      const layer = moe.layer({
        router: routers.randomPartition(),
        expertKind: moe.averagedExperts({ expertKind: moe.plainExperts(), beta }),
        ...{ experts: 4, width: WIDTH, hidden: 32, random: Random.fromSeed(seed) }
      });
      regress(layer, batches, { steps: 150, seed });
      const { network } = moe.averageToDense(layer);
      const ratio = errorOf(network, batches) / errorOf(layer, batches) - 1;
      [layer, network].forEach((each) => each.dispose());
      task.dispose();
      return ratio;
    };
    const seeds = [1, 2, 3];
    const [averaged, apart] = [0.3, 0].map((beta) => seeds.map((seed) => increase(beta, seed)));
    expect(mean(averaged)).toBeLessThan(0.02);
    expect(mean(apart)).toBeGreaterThan(0.5);
  });
});
