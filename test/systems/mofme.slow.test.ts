import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';
import { errorOf, minimise, regress } from '../support/regression';

const { Context, Random } = core;

const [WIDTH, HIDDEN, EXPERTS, TOKENS] = [16, 16, 4, 192];
const KINDS = 3;

/** Clean signals of 12 waves, under three kinds of weather: a gain and an offset of each feature, and a little noise. */
function weather(seed: number) {
  return (step: number) => {
    const random = Random.fromSeed(seed);
    const draw = random.child('step').child(step);
    const next = draw.generator();
    const kind = Int32Array.from({ length: TOKENS }, () => Math.floor(next() * KINDS));
    const [x, y] = tf.tidy(() => {
      const waves = random.child('waves').normal([12, WIDTH], 0, 0.3) as tf.Tensor2D;
      const y = tf.matMul(draw.child('mix').normal([TOKENS, 12]) as tf.Tensor2D, waves);
      const of = (name: string, low: number, high: number) =>
        tf.gather(random.child(name).uniform([KINDS, WIDTH], low, high), tf.tensor1d(kind, 'int32'));
      const noise = draw.child('noise').normal([TOKENS, WIDTH], 0, 0.05);
      return [
        y
          .mul(of('gain', 0.3, 2))
          .add(of('offset', -3, 3))
          .add(noise),
        y
      ];
    });
    return { x, y };
  };
}

/** Trains a layer and says how well it restores unseen signals, in dB. */
function fit(experts: moe.ExpertSpec, router: routers.RouterSpec, seed: number, numExperts = EXPERTS) {
  const layer = moe.layer({
    router,
    expertKind: experts,
    experts: numExperts,
    width: WIDTH,
    hidden: HIDDEN,
    random: Random.fromSeed(seed)
  });
  regress(layer, weather(seed), { steps: 200, seed });
  const { x, y } = weather(seed)(1_000_000);
  const peak = tf.tidy(() => y.max().sub(y.min()).dataSync()[0]);
  const result = { psnr: 10 * Math.log10(peak ** 2 / errorOf(layer, weather(seed))), size: layer.countParameters() };
  tf.dispose([x, y]);
  layer.dispose();
  return result;
}

/**
 * Expected calibration error, in ten bins, of a router that was taught from few tokens which of four overlapping kinds they are:
 * how far its confidence in an expert is from how often that is right.
 */
function calibrationError(spec: routers.RouterSpec, seed: number): number {
  const random = Random.fromSeed(seed);
  const router = spec.build({ width: WIDTH, numExperts: EXPERTS, random: random.child('router') });
  const sample = (name: string, count: number) => {
    const kinds = Array.from({ length: count }, (_, t) => t % EXPERTS);
    const x = tf.tidy(() => {
      const centres = random.child('centres').normal([EXPERTS, WIDTH], 0, 0.5);
      return tf.gather(centres, kinds).add<tf.Tensor2D>(random.child(name).normal([count, WIDTH]));
    });
    return { x, kinds };
  };
  const [seen, unseen] = [sample('seen', 48), sample('unseen', 800)];
  const loss = (ctx: core.Context) =>
    tf.losses.softmaxCrossEntropy(tf.oneHot(seen.kinds, EXPERTS), router.route(seen.x, ctx).logits);
  minimise(router, loss, { steps: 200, learningRate: 0.05, seed });
  const probs = tf.tidy(() => router.route(unseen.x, Context.create()).probs.arraySync());
  const bins = new Float64Array(10);
  probs.forEach((row, t) => {
    const chosen = row.indexOf(Math.max(...row));
    bins[Math.min(9, Math.floor(row[chosen] * 10))] += row[chosen] - (unseen.kinds[t] === chosen ? 1 : 0);
  });
  tf.dispose([seen.x, unseen.x]);
  router.dispose();
  return bins.reduce((sum, difference) => sum + Math.abs(difference), 0) / probs.length;
}

test('[mofme] calibration error of a linear router less that of the uncertain one', async () => {
  const { gain } = await overTenSeeds('mofme, calibration', (seed) => ({
    gain:
      calibrationError(routers.topK({ k: 1, balance: {} }), seed) -
      calibrationError(routers.uncertainty({ k: 1, balance: {} }), seed)
  }));
  expect(gain.verdict).toBe('above');
});

test('[mofme] three kinds of weather: how much better whole experts restore than modulation, and that than one block, in dB', async () => {
  const router = routers.topK({ k: 1 });
  const { behind, ahead } = await overTenSeeds('mofme, weather', (seed) => {
    const [full, modulated, block] = [
      fit(moe.plainExperts(), router, seed),
      fit(moe.modulatedExperts(), router, seed),
      fit(moe.plainExperts(), router, seed, 1)
    ];
    expect(modulated.size / full.size).toBeLessThan(0.35);
    return { behind: full.psnr - modulated.psnr, ahead: modulated.psnr - block.psnr };
  });
  expect([behind.verdict, ahead.verdict]).toEqual(['undecided', 'above']);
});
