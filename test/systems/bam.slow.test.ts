import { core, models, routers, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { makeLanguage, onlyDomain } from '../support/language';
import { overTenSeeds } from '../support/paired';
import { mean } from '../support/regression';
import { SHORT } from '../support/runs';

const SIZE = { layers: 2, width: 16, heads: 2, contextLength: 16, gated: true, parallel: true };

test('[bam] loss on mixed text of where only feed-forward networks are experts, and of the two models, less that of attention as well', async () => {
  const { toFeedForward, toSources } = await overTenSeeds('bam', async (seed) => {
    const text = makeLanguage({ domains: 2, seed });
    const base = models.denseTransformer({ ...SIZE, vocabSize: text.vocabSize, seed });
    const options = { ...SHORT, steps: 40, batchSize: 8, learningRate: 0.01, evaluateEvery: 0, seed };
    await train.fit(base, text, options);
    const own: models.Transformer[] = [];
    for (const domain of [0, 1]) {
      const model = models.mapFeedForwards(base, (feedForward) => feedForward);
      await train.fit(model, onlyDomain(text, domain), { ...options, steps: 80 });
      own.push(model);
    }
    const mixture = { router: routers.topK({ k: 2 }), experts: 4, attentionRouter: routers.topP({ p: 1 }) };
    const [mixed, feedForward] = (['mixture', 'average'] as const).map(
      (attention) => models.upcycle(own, { ...mixture, attention, random: core.Random.fromSeed(seed) }).model
    );
    const lossOf = async (model: models.Transformer) =>
      (await train.evaluate(model, text, { batchSize: 8, batches: 4 })).loss;
    const loss = await lossOf(mixed);
    const found = {
      toFeedForward: (await lossOf(feedForward)) - loss,
      toSources: mean([await lossOf(own[0]), await lossOf(own[1])]) - loss
    };
    [base, ...own, mixed, feedForward].forEach((model) => model.dispose());
    return found;
  });
  expect([toFeedForward.verdict, toSources.verdict]).toEqual(['above', 'above']);
});
