import { core, moe, tf, train } from '@switchyard/kernel-lib';
import type { models } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { buildChain, LENGTH, makeChain } from '../support/chain';
import { mean } from '../support/regression';

const { Context } = core;

const BASE = 32;

interface Made {
  model: models.Transformer;
  rates?: ReadonlyMap<string, number>;
}

const make = (maximal: boolean, width: number, seed: number): Made =>
  maximal ? train.muP({ build: buildChain(seed), width, baseWidth: BASE }) : { model: buildChain(seed)(width) };

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
});
