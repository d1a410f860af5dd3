import { core, type data, models, moe, routers, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { valuesOf } from '../support/networks';
import { expectNoLeak } from '../support/numeric';
import { mean } from '../support/regression';

const { Context, Random } = core;

const VOCABULARY = 64;
const BASE = 32;
const LENGTH = 16;

/** A chain in which each token has two followers, equally likely: the least loss is log 2. */
function makeChain(seed: number): data.TextData {
  const draw = Random.fromSeed(seed).generator();
  const token = (next: () => number) => Math.floor(next() * VOCABULARY);
  const followers = Array.from({ length: VOCABULARY }, () => [token(draw), token(draw)]);
  const batch = (random: core.Random, { batchSize, length }: { batchSize: number; length: number }): data.Batch => {
    const next = random.generator();
    const sequence = () => {
      const out = [token(next)];
      while (out.length <= length) {
        out.push(followers[out[out.length - 1]][Math.floor(next() * 2)]);
      }
      return out;
    };
    const tokens = Int32Array.from(Array.from({ length: batchSize }, sequence).flat());
    return { tokens, batchSize, length, domains: new Int32Array(batchSize) };
  };
  const unseen = Random.fromSeed(seed).child('unseen');
  return {
    ...{ vocabSize: VOCABULARY, domains: ['chain'], decode: String },
    trainBatch: (options) => batch(Random.fromSeed(options.seed).child(options.step), options),
    validationBatches: (options) => Array.from({ length: options.count }, (_, i) => batch(unseen.child(i), options))
  };
}

/** Heads of width 16 at every width; no balancing, so that only the task moves the router. */
const build = (seed: number) => (width: number) =>
  models.moeTransformer({
    ...{ layers: 1, width, heads: width / 16, contextLength: LENGTH, vocabSize: VOCABULARY, experts: 4, seed },
    router: routers.topK({ k: 2, balance: {} })
  });

interface Made {
  model: models.Transformer;
  rates?: ReadonlyMap<string, number>;
}

const make = (maximal: boolean, width: number, seed: number): Made =>
  maximal ? train.muP({ build: build(seed), width, baseWidth: BASE }) : { model: build(seed)(width) };

const options = (learningRate: number, { rates }: Made): train.FitOptions => ({
  ...{ learningRate, schedule: 'constant', warmup: 0, weightDecay: 0, evaluateEvery: 0, progress: false, steps: 8 },
  ...(rates === undefined ? {} : { rates })
});

/** Slope of the least squares line through log y over log x. */
function slope(xs: readonly number[], ys: readonly number[]): number {
  const [x, y] = [xs, ys].map((values) => values.map(Math.log));
  const [meanX, meanY] = [mean(x), mean(y)];
  return (
    x.reduce((sum, each, i) => sum + (each - meanX) * (y[i] - meanY), 0) /
    x.reduce((s, each) => s + (each - meanX) ** 2, 0)
  );
}

/** How far 8 steps on one sequence move what router and experts make of it; root mean squares. */
async function movement(maximal: boolean, width: number, seed: number): Promise<{ router: number; experts: number }> {
  const made = make(maximal, width, seed);
  const chain = makeChain(seed);
  const batch = chain.trainBatch({ seed, step: 0, batchSize: 1, length: LENGTH });
  const ids = tf.tidy(() => tf.tensor2d(batch.tokens.slice(0, LENGTH), [1, LENGTH], 'int32'));
  const look = () => {
    const [{ layer, tokens }] = moe.analysis.inputsOf(made.model, ids);
    const [router, experts] = tf.tidy(() =>
      [layer.router.route(tokens, Context.create()).logits, layer.apply(tokens, Context.create())].map((x) =>
        x.dataSync()
      )
    );
    tokens.dispose();
    return { router, experts };
  };
  const before = look();
  const fit = { ...options(0.01, made), clipNorm: Infinity, seed, batchSize: 1 };
  await train.fit(made.model, { ...chain, trainBatch: () => batch }, fit);
  const after = look();
  tf.dispose(ids);
  made.model.dispose();
  const moved = (of: 'router' | 'experts') =>
    Math.sqrt(mean(Array.from(after[of], (x, i) => (x - before[of][i]) ** 2)));
  return { router: moved('router'), experts: moved('experts') };
}

describe('[moe-mup]', () => {
  test('at the base width nothing changes; wider, initial values and rates go by the part', () => {
    expectNoLeak(() => {
      const same = train.muP({ build: build(1), width: BASE, baseWidth: BASE });
      const usual = build(1)(BASE);
      expect(valuesOf(same.model)).toEqual(valuesOf(usual));
      expect(new Set(same.rates.values())).toEqual(new Set([1]));
      const { model, rates, report } = train.muP({ build: build(1), width: 4 * BASE, baseWidth: BASE });
      const deviation = (of: models.Transformer, path: string) =>
        tf.tidy(() => of.parameters().get(path)!.variable.square().mean().sqrt().dataSync()[0]);
      const grown = (path: string) => [
        report[path].role,
        rates.get(path),
        deviation(model, path) / deviation(usual, path)
      ];
      const closeTo = (value: number) => expect.closeTo(value, 5) as number;
      for (const path of ['attention.qkv.weight', 'moe.experts.w1', 'moe.experts.w2']) {
        expect(grown(`layers.0.${path}`)).toEqual(['hidden', 1 / 4, closeTo(1 / 2)]);
      }
      ['layers.0.moe.router.weight', 'head.weight'].forEach((path) =>
        expect(grown(path)).toEqual(['output', 1 / 4, closeTo(1 / 4)])
      );
      ['tokens.weight', 'positions.weight', 'norm.weight'].forEach((path) =>
        expect(grown(path)).toEqual(['input', 1, closeTo(1)])
      );
      [same.model, usual, model].forEach((each) => each.dispose());
    });
  });

  test('router and experts move alike at widths 32 to 512, and ever more as usually parameterised', async () => {
    const widths = [32, 64, 128, 256, 512];
    for (const maximal of [true, false]) {
      const slopes: { router: number; experts: number }[] = [];
      for (const seed of [1, 2, 3, 4, 5, 6]) {
        const moved: { router: number; experts: number }[] = [];
        for (const width of widths) {
          moved.push(await movement(maximal, width, seed));
        }
        const along = (of: 'router' | 'experts') =>
          slope(
            widths,
            moved.map((each) => each[of])
          );
        slopes.push({ router: along('router'), experts: along('experts') });
      }
      for (const of of ['router', 'experts'] as const) {
        const steep = Math.abs(mean(slopes.map((each) => each[of])));
        if (maximal) {
          expect(steep).toBeLessThan(0.1);
        } else {
          expect(steep).toBeGreaterThan(0.5);
        }
      }
    }
  });

  test('the best learning rate at width 32 is the best at 128, and is not as usually parameterised', async () => {
    const grid = [-10, -8, -6, -4].map((power) => 2 ** power);
    const best = async (maximal: boolean, width: number) => {
      const losses: number[] = [];
      for (const learningRate of grid) {
        const ofSeeds: number[] = [];
        for (const seed of [1, 2]) {
          const made = make(maximal, width, seed);
          const chain = makeChain(seed);
          await train.fit(made.model, chain, { ...options(learningRate, made), steps: 30, seed, batchSize: 8 });
          ofSeeds.push((await train.evaluate(made.model, chain, { batchSize: 16, batches: 2 })).loss);
          made.model.dispose();
        }
        losses.push(mean(ofSeeds));
      }
      return losses.indexOf(Math.min(...losses));
    };
    const narrow = await best(true, BASE);
    // Within the grid, not at its end, where nothing could be told.
    expect(grid.slice(1, -1)).toContain(grid[narrow]);
    expect(await best(true, 4 * BASE)).toBe(narrow);
    expect(await best(false, 4 * BASE)).toBeLessThan(narrow);
  });

  test('rates must name parameters', () => {
    const model = build(1)(BASE);
    const rates = new Map([['layers.9', 1]]);
    expect(() => train.fit(model, makeChain(1), { steps: 1, rates })).toThrow(
      "train.fit: rates must name the model's parameters, got layers.9"
    );
    model.dispose();
  });
});
