import { models, routers, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { makeLanguage } from '../support/language';
import { overTenSeeds } from '../support/paired';
import { SHORT } from '../support/runs';

const [HIDDEN, EXPERTS] = [16, 4];

test('[widenet] loss of a shared dense block with as many parameters, less that of shared experts', async () => {
  const text = makeLanguage({ domains: 2 });
  const { gain } = await overTenSeeds('widenet', async (seed) => {
    const size = { layers: 3, width: 16, hidden: HIDDEN, contextLength: 16, experts: EXPERTS };
    const wide = models.wideNet({ ...size, router: routers.topK({ k: 1 }), seed });
    // The router's parameters become hidden neurons, of 2 D each.
    const dense: models.FeedForwardSpec = { kind: 'dense', hidden: EXPERTS * HIDDEN + EXPERTS / 2, gated: false };
    const twin = new models.Transformer({ ...wide.options, feedForwards: wide.options.feedForwards.map(() => dense) });
    expect(twin.countParameters()).toBe(wide.countParameters());
    const losses: number[] = [];
    for (const model of [wide, twin]) {
      await train.fit(model, text, { ...SHORT, steps: 100, seed, batchSize: 8, learningRate: 1e-2, evaluateEvery: 0 });
      losses.push((await train.evaluate(model, text, { batches: 4 })).loss);
      model.dispose();
    }
    return { gain: losses[1] - losses[0] };
  });
  expect(gain.verdict).toBe('above');
});
