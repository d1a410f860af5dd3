import { data, models, routers, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

/** Entropy of single bytes, in nats: what a model reaches that knows only how often each byte occurs. */
function unigramEntropy(text: data.Corpus): number {
  const counts = new Map<number, number>();
  let total = 0;
  for (const { tokens } of text.validationBatches({ batchSize: 16, length: 64, count: 40 })) {
    total += tokens.length;
    tokens.forEach((token) => counts.set(token, (counts.get(token) ?? 0) + 1));
  }
  return -[...counts.values()].reduce((sum, n) => sum + (n / total) * Math.log(n / total), 0);
}

test('a routed model learns more of real text than how often each byte occurs', async () => {
  const text = await data.text(['prose', 'python'], { bytesPerDomain: 300_000 });
  const router = routers.topK({ k: 2 });
  const model = models.moeTransformer({ layers: 1, width: 64, contextLength: 64, experts: 4, router });
  const options = { steps: 150, seed: 1, batchSize: 8, learningRate: 5e-3, evaluateEvery: 0, progress: false };
  const { validation } = await train.fit(model, text, options);
  const evaluation = await train.evaluate(model, text, { batches: 8 });
  expect(validation).toEqual([]);
  expect(evaluation.loss).toBeLessThan(unigramEntropy(text) - 0.2);
});
