import { adaptive, core, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../support/numeric';
import { fitLoss, mean } from '../support/regression';

const { Context, Random } = core;

const WIDTH = 24;
const ATOMS = 32;
const SEEDS = [1, 2, 3];

function dictionaryOf(seed: number): tf.Tensor2D {
  return tf.tidy(() => {
    const raw = Random.fromSeed(seed).child('dictionary').normal([WIDTH, ATOMS]);
    return raw.div<tf.Tensor2D>(raw.square().sum(0, true).sqrt());
  });
}

/** Signals of three atoms each, under noise of this variance. */
function signals(seed: number, step: number, variance: number, count = 64) {
  const random = Random.fromSeed(seed).child('signals').child(step);
  const next = random.generator();
  return tf.tidy(() => {
    const dictionary = dictionaryOf(seed);
    const code = tf.buffer([count, ATOMS]);
    for (let t = 0; t < count; t++) {
      random.shuffle(Array.from({ length: ATOMS }, (_, a) => (a * 7 + t) % ATOMS)).slice(0, 3).forEach((a) => code.set((1 + 2 * next()) * (next() < 0.5 ? -1 : 1), t, a)); // prettier-ignore
    }
    const clean = (code.toTensor() as tf.Tensor2D).matMul(dictionary, false, true) as tf.Tensor2D;
    return { clean, noisy: clean.add<tf.Tensor2D>(random.child('noise').normal(clean.shape, 0, Math.sqrt(variance))) };
  });
}

function withNoise<T>(count: number, variance: number, run: (ctx: core.Context) => T): T {
  const ctx = Context.create();
  ctx.setState(adaptive.NOISE, tf.fill([count], variance));
  const value = run(ctx);
  ctx.dispose();
  return value;
}

/** Matching pursuit, one signal at a time, in plain numbers. */
function reference(y: number[], dictionary: number[][], limit: number, maxSteps: number) {
  const left = y.slice();
  let depth = 0;
  while (depth < maxSteps && left.reduce((sum, v) => sum + v * v, 0) > limit) {
    const correlations = dictionary[0].map((_, a) => left.reduce((sum, v, i) => sum + v * dictionary[i][a], 0));
    const best = correlations.reduce((at, c, a) => (Math.abs(c) > Math.abs(correlations[at]) ? a : at), 0);
    left.forEach((_, i) => (left[i] -= correlations[best] * dictionary[i][best]));
    depth++;
  }
  return { estimate: y.map((v, i) => v - left[i]), depth };
}

describe('[mpnet]', () => {
  test('with the true dictionary it is matching pursuit, step for step', () => {
    const { clean, noisy } = signals(1, 0, 0.01);
    const dictionary = dictionaryOf(1);
    const rows = dictionary.arraySync();
    const network = adaptive.matchingPursuit({ width: WIDTH, atoms: ATOMS, maxSteps: 12, dictionary, random: Random.fromSeed(1) }); // prettier-ignore
    const { estimate, depths } = withNoise(64, 0.01, (ctx) => network.pursue(noisy, ctx));
    const expected = noisy.arraySync().map((y) => reference(y, rows, WIDTH * 0.01, 12));
    expect(Array.from(depths)).toEqual(expected.map(({ depth }) => depth));
    expectClose(
      estimate,
      expected.flatMap((each) => each.estimate),
      1e-5
    );
    tf.dispose([clean, noisy, estimate]);
    network.dispose();
  });

  test('depth grows with the signal-to-noise ratio', () => {
    const depthsAt = [1, 0.1, 0.01, 0.001].map((variance) =>
      mean(
        SEEDS.map((seed) => {
          const network = adaptive.matchingPursuit({
            ...{ width: WIDTH, atoms: ATOMS, maxSteps: 20, random: Random.fromSeed(1) },
            dictionary: dictionaryOf(seed)
          });
          const { clean, noisy } = signals(seed, 1, variance);
          const { estimate, depths } = withNoise(64, variance, (ctx) => network.pursue(noisy, ctx));
          tf.dispose([clean, noisy, estimate]);
          network.dispose();
          return mean(Array.from(depths));
        })
      )
    );
    depthsAt.slice(1).forEach((depth, i) => expect(depth).toBeGreaterThan(depthsAt[i] + 0.3));
  });

  test('a signal that is done is not worked on: one with much noise takes no step beside one with little', () => {
    const { clean, noisy } = signals(1, 2, 0.01, 2);
    const network = adaptive.matchingPursuit({ width: WIDTH, atoms: ATOMS, maxSteps: 9, random: Random.fromSeed(1) });
    const ctx = Context.create();
    ctx.setState(adaptive.NOISE, tf.tensor1d([100, 0]));
    const { estimate, depths } = network.pursue(noisy, ctx);
    expect(Array.from(depths)).toEqual([0, 9]);
    expect(tf.tidy(() => estimate.slice([0, 0], [1, -1]).abs().max().dataSync()[0])).toBe(0);
    expect(() => network.apply(noisy, Context.create())).toThrow('the context must hold "noise" for 2 signals, got');
    ctx.dispose();
    tf.dispose([clean, noisy, estimate]);
    network.dispose();
  });

  test('from a disturbed dictionary, training on noisy signals alone brings the error toward that of the true one', async () => {
    const VARIANCE = 0.01;
    const closed: number[] = [];
    for (const seed of SEEDS) {
      const build = (dictionary: tf.Tensor2D) =>
        adaptive.matchingPursuit({ width: WIDTH, atoms: ATOMS, maxSteps: 6, dictionary, random: Random.fromSeed(1) });
      const error = (network: adaptive.MatchingPursuit) => {
        const { clean, noisy } = signals(seed, 9999, VARIANCE, 256);
        const value = withNoise(256, VARIANCE, (ctx) =>
          tf.tidy(() => network.apply(noisy, ctx).sub(clean).square().mean().dataSync()[0])
        );
        tf.dispose([clean, noisy]);
        return value;
      };
      const calibrated = build(dictionaryOf(seed));
      const disturbed = build(
        tf.tidy(() => dictionaryOf(seed).add<tf.Tensor2D>(Random.fromSeed(seed).child('off').normal([WIDTH, ATOMS], 0, 0.08))) // prettier-ignore
      );
      const before = error(disturbed);
      const left = (ctx: core.Context, step: number) => {
        ctx.setState(adaptive.NOISE, tf.fill([64], VARIANCE));
        const { noisy } = signals(seed, step, VARIANCE);
        return noisy.sub(disturbed.apply(noisy, ctx)).square().mean();
      };
      await fitLoss(disturbed, left, { steps: 120, learningRate: 0.003 });
      const [after, best] = [error(disturbed), error(calibrated)];
      [calibrated, disturbed].forEach((network) => network.dispose());
      // 0: nothing gained; 1: as good as the true dictionary.
      closed.push((before - after) / (before - best));
    }
    expect(mean(closed)).toBeGreaterThan(0.3);
  });
});
