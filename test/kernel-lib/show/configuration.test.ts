import { data, models, protocol, routers, show, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

const text = data.fromStrings({
  prose: ['the quick brown fox jumps over the dog', 'it may be true or it may be false']
});

/** The settings that the payload of a run of one step names. */
async function settingsOf(
  model: train.LanguageModel,
  options: Partial<train.FitOptions> = {}
): Promise<Record<string, protocol.Setting>> {
  const watch = show.training();
  await train.fit(model, text, { steps: 1, batchSize: 2, evaluateEvery: 0, progress: false, ...options, watch });
  return protocol.parsePayload(watch.latest()).source.configuration ?? {};
}

function model(router: routers.RouterSpec, experts = 4): train.LanguageModel {
  return models.moeTransformer({ layers: 1, width: 8, contextLength: 8, experts, hidden: 16, router });
}

test('a payload names what a run is trained with, its task and its model with its router', async () => {
  const settings = await settingsOf(model(routers.topK({ k: 2 })), { seed: 7, learningRate: 0.01 });
  expect(settings).toMatchObject({ seed: 7, steps: 1, learningRate: 0.01, schedule: 'cosine' });
  expect(settings).toMatchObject({ task: 'language', batchSize: 2, width: 8, feedForwards: '1 moe', experts: 4 });
  expect(settings).toMatchObject({ model: 'transformer', router: 'top-k', 'router.k': 2 });
  expect(Object.keys(settings).length).toBeLessThanOrEqual(protocol.MAX_CONFIGURATION);
});

test.each([
  ['seed', () => settingsOf(model(routers.topK({ k: 2 })), { seed: 2 })],
  ['learningRate', () => settingsOf(model(routers.topK({ k: 2 })), { learningRate: 0.1 })],
  ['experts', () => settingsOf(model(routers.topK({ k: 2 }), 3))],
  ['k', () => settingsOf(model(routers.topK({ k: 1, renormalize: true })))],
  ['balance', () => settingsOf(model(routers.topK({ k: 2, balance: {} })))]
])('runs that differ in %s differ in nothing else', async (name, other) => {
  const [a, b] = [await settingsOf(model(routers.topK({ k: 2 }))), await other()];
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((each) => a[each] !== b[each]);
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((each) => !each.includes(name))).toEqual([]);
});
