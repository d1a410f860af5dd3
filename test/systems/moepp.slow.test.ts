import { models, moe, routers, tf, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { makeLanguage } from '../support/language';
import { EXPERTS, FFN, KINDS, observe } from '../support/moepp';
import { overTenSeeds } from '../support/paired';
import { SHORT } from '../support/runs';

test('[moepp] rank correlation of how frequent a character is and how many networks it gets, trained less untrained', async () => {
  const text = makeLanguage({ domains: 2 });
  const [batchSize, length] = [8, 32];
  const correlation = async (seed: number, steps: number): Promise<number> => {
    const router = routers.topK({ k: 2, gatingResidual: true });
    const feedForward: models.FeedForwardSpec = {
      ...{ kind: 'moe', router, experts: EXPERTS, hidden: 16, expertKind: KINDS },
      ...{ capacityFactor: null, sharedExperts: 0 }
    };
    const model = new models.Transformer({
      ...{
        width: 16,
        heads: 1,
        contextLength: length,
        vocabSize: 256,
        parallel: false,
        seed,
        feedForwards: [feedForward, feedForward]
      }
    });
    if (steps > 0)
      await train.fit(model, text, { ...SHORT, steps, seed, batchSize, learningRate: 1e-2, evaluateEvery: 0 });
    const counts = new Map<number, { times: number; networks: number }>();
    for (const batch of text.validationBatches({ batchSize, length, count: 8 })) {
      const tokens = tf.tidy(() =>
        tf.tensor2d(batch.tokens, [batchSize, length + 1], 'int32').slice([0, 0], [-1, length])
      );
      const ids = tokens.dataSync();
      const { records } = observe((ctx) => model.apply(tokens, ctx));
      for (const { indices } of records) {
        ids.forEach((id, t) => {
          const { times, networks } = counts.get(id) ?? { times: 0, networks: 0 };
          const more = [indices[2 * t], indices[2 * t + 1]].filter((expert) => expert < FFN).length;
          counts.set(id, { times: times + 1, networks: networks + more });
        });
      }
      tokens.dispose();
    }
    model.dispose();
    const characters = [...counts.values()];
    const [times, networks] = [characters.map((c) => c.times), characters.map((c) => c.networks / c.times)];
    return moe.analysis.spearman(times, networks);
  };

  const { trained, gain } = await overTenSeeds('moepp', async (seed) => {
    const [before, after] = [await correlation(seed, 0), await correlation(seed, 150)];
    return { trained: after, gain: after - before };
  });
  expect([trained.verdict, gain.verdict]).toEqual(['undecided', 'undecided']);
});
