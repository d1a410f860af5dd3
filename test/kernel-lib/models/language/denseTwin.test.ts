import { models, routers, type train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { flopsRun } from '../../../support/flopsRun';
import { expectClose } from '../../../support/numeric';

const SIZE = { layers: 2, width: 16, heads: 2, contextLength: 8, vocabSize: 11 };
const moe = (options: Partial<models.MoeTransformerOptions> = {}) =>
  models.moeTransformer({ ...SIZE, experts: 4, router: routers.topK({ k: 2 }), ...options });
const kinds: [string, () => models.Transformer][] = [
  ['dense', () => models.denseTransformer(SIZE)],
  ['gated dense', () => models.denseTransformer({ ...SIZE, gated: true })],
  ['plain experts', () => moe()],
  ['gated experts', () => moe({ expertKind: 'gated' })],
  ['shared experts', () => moe({ sharedExperts: 1 })],
  ['every second block', () => moe({ every: 2 })]
];

describe('activeFlops and denseTwin', () => {
  test.each([
    ['dense', () => models.denseTransformer(SIZE)],
    ['gated', () => models.denseTransformer({ ...SIZE, gated: true })]
  ])('the formula counts the products that a %s model runs', (_, build) => {
    expect(models.activeFlops(build(), { length: 6 })).toBe(flopsRun(build(), 6));
  });

  test('the formula counts the experts that work on a token, the shared ones and the router', () => {
    // By hand, D 16, H 5, E 4, K 2, one shared, plain: 2 * 2 * 16 * 5 * 3 + 2 * 16 * 4 = 1088 instead of 2 * 2 * 16 * 64 = 4096.
    const routed = models.activeFlops(moe({ hidden: 5, sharedExperts: 1 }));
    const dense = models.activeFlops(models.denseTransformer(SIZE));
    expect(dense - routed).toBe(SIZE.layers * (4096 - 1088));
  });

  test.each(kinds)('the twin of "%s" costs the same within a hidden unit a block', (_, build) => {
    const model = build();
    const twin = models.denseTwin(model);
    const unit = 2 * 3 * SIZE.width;
    expect(Math.abs(models.activeFlops(twin) - models.activeFlops(model))).toBeLessThanOrEqual(
      (SIZE.layers * unit) / 2
    );
    expect([...twin.parameters().keys()].some((path) => path.includes('moe'))).toBe(false);
    expect(twin.options).toMatchObject({ width: 16, heads: 2, contextLength: 8, vocabSize: 11, seed: 0 });
  });

  test('by default a token costs the same whatever k is, but for the router', () => {
    const cost = (k: number) => models.activeFlops(moe({ experts: 8, router: routers.topK({ k }) }));
    expect(cost(1)).toBe(cost(2));
    expect(cost(1)).toBe(cost(4));
  });

  test('embeddings and attention of the twin start with the same values', () => {
    const model = moe();
    const path = 'layers.1.attention.qkv.weight';
    const value = (m: models.Transformer) => m.parameters().get(path)!.variable;
    expectClose(value(models.denseTwin(model)), value(model), 0);
  });

  test('a model is a language model for train.fit', () => {
    const model: train.LanguageModel = moe();
    expect([model.vocabSize, model.contextLength]).toEqual([11, 8]);
  });
});
