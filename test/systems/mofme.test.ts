import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { outputOf } from '../support/networks';
import { expectClose } from '../support/numeric';
import { errorOf, mean, regress } from '../support/regression';

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
  const optimizer = tf.train.adam(0.05);
  for (let step = 0; step < 200; step++) {
    const ctx = Context.create({ training: true, random: random.child(step) });
    const cost = () =>
      tf.losses.softmaxCrossEntropy(tf.oneHot(seen.kinds, EXPERTS), router.route(seen.x, ctx).logits) as tf.Scalar;
    optimizer.minimize(() => tf.tidy(cost));
    ctx.dispose();
  }
  const probs = tf.tidy(() => router.route(unseen.x, Context.create()).probs.arraySync());
  const bins = new Float64Array(10);
  probs.forEach((row, t) => {
    const chosen = row.indexOf(Math.max(...row));
    bins[Math.min(9, Math.floor(row[chosen] * 10))] += row[chosen] - (unseen.kinds[t] === chosen ? 1 : 0);
  });
  tf.dispose([seen.x, unseen.x]);
  optimizer.dispose();
  router.dispose();
  return bins.reduce((sum, difference) => sum + Math.abs(difference), 0) / probs.length;
}

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

  test('taught from few tokens, its confidence is nearer to how often it is right than that of a linear router', () => {
    const gains = [1, 2, 3, 4, 5].map(
      (seed) =>
        calibrationError(routers.topK({ k: 1, balance: {} }), seed) -
        calibrationError(routers.uncertainty({ k: 1, balance: {} }), seed)
    );
    expect(mean(gains)).toBeGreaterThan(0);
  });

  test('three kinds of weather: modulation comes near whole experts at a third of their parameters', () => {
    const router = routers.topK({ k: 1 });
    const runs = [1, 2, 3].map((seed) => ({
      full: fit(moe.plainExperts(), router, seed),
      modulated: fit(moe.modulatedExperts(), router, seed),
      block: fit(moe.plainExperts(), router, seed, 1)
    }));
    runs.forEach(({ full, modulated }) => expect(modulated.size / full.size).toBeLessThan(0.35));
    const psnr = (name: 'full' | 'modulated' | 'block') => mean(runs.map((run) => run[name].psnr));
    // Single seeds differ by 2 dB either way, the means by less than 0.1.
    expect(psnr('full') - psnr('modulated')).toBeLessThan(1);
    expect(psnr('modulated')).toBeGreaterThan(psnr('block'));
  });
});
