import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeTokens, outputOf, setValue } from '../support/networks';
import { expectClose } from '../support/numeric';
import type { Batches } from '../support/regression';
import { errorOf, mean, regress } from '../support/regression';

const { Context, Random } = core;

const WIDTH = 16;
const POINTS = 64;
const PAIRS = Array.from({ length: POINTS }, (_, i) => [i, POINTS + i]);
const FAR = Array.from({ length: POINTS }, (_, i) => [i, (i + POINTS / 2) % POINTS]);

/** Points of the plane, each followed 64 later by one near it, as waves of four frequencies; a field of three regions. */
function field(seed: number): Batches {
  const maps = (region: number) => Random.fromSeed(seed).child('map').child(region).normal([WIDTH, WIDTH], 0, 0.35);
  return (step) =>
    tf.tidy(() => {
      // Training sees 8 sets of points only.
      const draw = Random.fromSeed(seed).child(step < 1000 ? step % 8 : step);
      const points = draw.uniform([POINTS, 2]);
      const both = points.concat(points.add(draw.child('near').normal([POINTS, 2], 0, 0.02)));
      const phases = [1, 2, 3, 4].map((f) => both.mul(Math.PI * f));
      const x = tf.concat(
        phases.flatMap((phase) => [phase.sin(), phase.cos()]),
        1
      );
      const region = tf.oneHot(both.sum(1).mul(1.5).floor().clipByValue(0, 2).toInt(), 3, 1, 0, 'float32');
      const y = [0, 1, 2].map((r) => x.matMul(maps(r) as tf.Tensor2D).mul(region.slice([0, r], [-1, 1])));
      return { x, y: tf.addN(y) };
    });
}

function makeLayer(permanent: boolean, seed: number): moe.MoeLayer {
  return moe.layer({
    ...{ router: routers.topK({ k: 1 }), experts: 4, width: WIDTH, hidden: 16, sharedExperts: permanent ? 1 : 0 },
    random: Random.fromSeed(seed)
  });
}

function consistency(layer: moe.MoeLayer, pairs: number[][], x: tf.Tensor, ctx: core.Context): tf.Scalar {
  const { probs } = layer.router.route(x as tf.Tensor2D, ctx.within('consistency'));
  return moe.neighbourConsistencyLoss(probs, tf.tensor2d(pairs, undefined, 'int32'));
}

describe('[gnt-move]', () => {
  test('the permanent expert works on every token', () => {
    const layer = makeLayer(true, 1);
    const x = makeTokens(20, WIDTH);
    const whole = tf.tensor2d(outputOf(layer, x), [20, WIDTH]);
    setValue(layer, 'experts.w2', (w) => tf.zerosLike(w));
    const alone = tf.tensor2d(outputOf(layer, x), [20, WIDTH]);
    expect(tf.tidy(() => alone.abs().max(1).min().dataSync()[0])).toBeGreaterThan(1e-3);
    expect(tf.tidy(() => whole.sub(alone).abs().max().dataSync()[0])).toBeGreaterThan(1e-3);
    tf.dispose([x, whole, alone]);
    layer.dispose();
  });

  test('the loss is 0 for equal routing, log 2 for opposite, and symmetric', () => {
    tf.tidy(() => {
      const probs = tf.tensor2d([
        [1, 0],
        [0, 1],
        [0.5, 0.5],
        [1, 0]
      ]);
      const of = (a: number, b: number) =>
        moe.neighbourConsistencyLoss(probs, tf.tensor2d([[a, b]], [1, 2], 'int32')).dataSync()[0];
      expectClose([of(0, 3), of(0, 1), of(0, 2)], [0, Math.log(2), of(2, 0)], 1e-6);
    });
  });

  test('neighbours choose more alike, distant points do not; with a permanent expert, unseen points are met better', () => {
    const runs = [1, 2, 3].map((seed) => {
      const batches = field(seed);
      const [without, both] = [false, true].map((on) => {
        const layer = makeLayer(on, seed);
        const extra = (x: tf.Tensor, ctx: core.Context) => consistency(layer, PAIRS, x, ctx).mul<tf.Scalar>(1);
        regress(layer, batches, { steps: 150, seed, extra: on ? extra : undefined });
        const { x, y } = batches(9_000_000);
        const divergence = (pairs: number[][]) =>
          tf.tidy(() => consistency(layer, pairs, x, Context.create()).dataSync()[0]);
        const result = { near: divergence(PAIRS), far: divergence(FAR), error: errorOf(layer, batches) };
        tf.dispose([x, y]);
        layer.dispose();
        return result;
      });
      return { without, both };
    });
    expect(mean(runs.map(({ without, both }) => without.near - both.near))).toBeGreaterThan(0);
    expect(mean(runs.map(({ without, both }) => without.error - both.error))).toBeGreaterThan(0);
    runs.forEach(({ both }) => expect(both.far).toBeGreaterThan(5 * both.near));
  });
});
