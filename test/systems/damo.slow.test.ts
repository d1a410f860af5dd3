import { core, data, models, nas, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';

const SOURCES = ['prose', 'python', 'typescript'] as const;
/** What the benchmark is made of: mostly TypeScript, some prose. */
const WORTH = { prose: 0.25, python: 0.05, typescript: 0.7 };
const space = nas.space({ mixture: nas.simplex(SOURCES) });
const text = data.text([...SOURCES], { bytesPerDomain: 200_000 });

/** Loss on the benchmark of a small language model that is trained on a mixture. */
async function trained(mixture: Record<string, number>, seed: number): Promise<number> {
  const corpus = await text;
  const model = models.denseTransformer({
    vocabSize: corpus.vocabSize,
    layers: 1,
    width: 32,
    heads: 2,
    contextLength: 32,
    seed
  });
  await train.fit(model, corpus.mixed(mixture), {
    ...{ steps: 80, batchSize: 16, length: 32, seed, learningRate: 1e-2, evaluateEvery: 0, progress: false }
  });
  const { domains } = await train.evaluate(model, corpus, { batchSize: 24, length: 32, batches: 8 });
  model.dispose();
  return SOURCES.reduce((sum, name) => sum + WORTH[name] * domains[name], 0);
}

describe('Data mixing by a predictor [damo]', () => {
  test('mixtures that a network finds best after thirty pilot trainings', async () => {
    const explained: number[] = [];
    const found = await overTenSeeds('damo', async (seed) => {
      const next = core.Random.fromSeed(seed).generator();
      const draw = () => space.candidate(space.sample(next)).mixture as Record<string, number>;
      const measure = async (mixtures: Record<string, number>[]) => {
        const losses: number[] = [];
        for (const mixture of mixtures) {
          losses.push(await trained(mixture, seed));
        }
        return losses;
      };
      const [pilots, unseen] = [30, 10].map((count) => Array.from({ length: count }, draw));
      const [seen, held] = [await measure(pilots), await measure(unseen)];
      const rows = (of: Record<string, number>[]) => of.map((each) => SOURCES.map((name) => each[name]));
      const fitted = nas.predictors.mlp().fit(rows(pilots), seen, core.Random.fromSeed(seed));
      const mean = held.reduce((a, b) => a + b) / held.length;
      const error = fitted.predict(rows(unseen)).reduce((sum, said, i) => sum + (said.mean - held[i]) ** 2, 0);
      const grid = Array.from({ length: 2000 }, draw);
      const said = fitted.predict(rows(grid)).map((each) => each.mean);
      fitted.dispose();
      const best = await trained(grid[said.indexOf(Math.min(...said))], seed);
      const even = await trained({ prose: 1, python: 1, typescript: 1 }, seed);
      explained.push(1 - error / held.reduce((sum, each) => sum + (each - mean) ** 2, 0));
      return {
        'less than even': even - best,
        'less than best of ten': Math.min(...held) - best
      };
    });
    // Of ten held mixtures a seed: where these happen to be alike the share that is explained falls without bound, so its median counts.
    const ordered = [...explained].sort((a, b) => a - b);
    console.warn(`damo: explained of unseen mixtures ${ordered.map((each) => each.toFixed(2)).join(', ')}`);
    expect(found['less than even'].verdict).toBe('above');
    expect((ordered[4] + ordered[5]) / 2).toBeGreaterThan(0.6);
  }, 3_600_000);
});
