import { core, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../support/numeric';
import { mean } from '../support/regression';

const { Context, Random } = core;

const EXPERTS = 16;
const WIDTH = 16;
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const lossOf = (ctx: core.Context, name: string): number => ctx.losses.get(`/${name}`)!.dataSync()[0];

describe('[blockffn]', () => {
  test('the router is a ReLU, then a root mean square norm: the set of experts varies, the scale does not', () => {
    const shape = () => ({ width: WIDTH, numExperts: EXPERTS, random: Random.fromSeed(1) });
    const [plain, normed] = (['none', 'rms'] as const).map((norm) => routers.relu({ k: 4, norm }).build(shape()));
    tf.tidy(() => {
      const x = Random.fromSeed(2).normal([64, WIDTH]) as tf.Tensor2D;
      const weights = (router: routers.Router, of: tf.Tensor2D) =>
        routers.denseWeights(router.route(of, Context.create()));
      const gates = weights(plain, x);
      expectClose(weights(normed, x), gates.div(gates.square().mean(1, true).sqrt()), 1e-4);
      expectClose(weights(normed, x), weights(normed, x.mul(10)), 1e-3);
      const counts = gates.greater(0).sum(1).dataSync();
      expect(new Set(counts).size).toBeGreaterThan(4);
    });
    [plain, normed].forEach((router) => router.dispose());
  });

  test.each([4, 8, undefined])('losses over chunks of %s tokens (8 where none is said), by hand', (size) => {
    const chunk = { ...(size && { size }), sparsity: 0.5, locality: 0.25 };
    const router = routers
      .relu({ k: 4, l1: 0, norm: 'rms', chunk })
      .build({ width: WIDTH, numExperts: 4, random: Random.fromSeed(1) });
    const ctx = Context.create({ training: true });
    const [probs, logits] = tf.tidy(() => {
      const routing = router.route(Random.fromSeed(2).normal([20, WIDTH], 0, 0.3) as tf.Tensor2D, ctx);
      return [routing.probs.arraySync(), routing.logits.arraySync()];
    });
    const chunksOf = <T>(rows: T[], of = size ?? 8): T[][] =>
      rows.length === 0 ? [] : [rows.slice(0, of), ...chunksOf(rows.slice(of), of)];
    const unused = chunksOf(probs).flatMap((rows) =>
      rows[0].map((_, e) => rows.reduce((product, row) => product * (1 - row[e]), 1))
    );
    expect(lossOf(ctx, 'chunk')).toBeCloseTo(0.5 * (1 - mean(unused)), 4);
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
    const pairs = chunksOf(logits).flatMap((rows) => rows.slice(1).map((after, i) => [rows[i], after]));
    const entropies = pairs.map(([now, after]) =>
      mean(now.map((l, e) => softplus(100 * l) - 100 * l * sigmoid(100 * after[e])))
    );
    expect(lossOf(ctx, 'locality') / (0.25 * mean(entropies))).toBeCloseTo(1, 4);
    // Chunks of one token would say something else of both.
    expect(Math.abs(lossOf(ctx, 'chunk') - 0.5 * (1 - mean(probs.flat().map((p) => 1 - p))))).toBeGreaterThan(0.01);
    ctx.dispose();
    router.dispose();
  });
});
