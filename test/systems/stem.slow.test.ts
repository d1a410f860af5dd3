import { models, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { makeLanguage } from '../support/language';
import { overTenSeeds } from '../support/paired';
import { SHORT } from '../support/runs';

test('[stem] loss of a character model with SwiGLU of the same work, less that with a table of up-projections', async () => {
  const text = makeLanguage({ domains: 2 });
  const size = { layers: 1, width: 16, hidden: 48, contextLength: 16, tokenIndexed: true };
  const { gain } = await overTenSeeds('stem', async (seed) => {
    const looked = models.denseTransformer({ ...size, seed });
    const twin = models.denseTwin(looked);
    expect(models.activeFlops(twin)).toBe(models.activeFlops(looked));
    const losses: number[] = [];
    for (const model of [looked, twin]) {
      await train.fit(model, text, { ...SHORT, steps: 120, seed, batchSize: 8, learningRate: 1e-2, evaluateEvery: 0 });
      losses.push((await train.evaluate(model, text, { batches: 4 })).loss);
      model.dispose();
    }
    return { gain: losses[1] - losses[0] };
  });
  expect(gain.verdict).toBe('above');
});
