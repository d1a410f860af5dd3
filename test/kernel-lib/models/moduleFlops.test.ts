import { core, layers, models, moe, routers, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

const SIZE = { layers: 2, width: 16, heads: 2, contextLength: 12, vocabSize: 20 };
const router = routers.topK({ k: 2 });

function total(flops: models.ModuleFlops): number {
  return [...flops.values()].reduce<number>((sum, value) => sum + (value ?? NaN), 0);
}

test.each([
  ['dense', () => models.denseTransformer(SIZE)],
  ['dense, gated', () => models.denseTransformer({ ...SIZE, gated: true })],
  ['experts in every other block', () => models.moeTransformer({ ...SIZE, experts: 4, router, every: 2 })],
  ['shared experts', () => models.moeTransformer({ ...SIZE, experts: 4, router, sharedExperts: 2 })],
  ['experts by a table', () => models.moeTransformer({ ...SIZE, experts: 4, router: routers.hash() })],
  [
    'parts of their own by modality',
    () => models.mixtureOfTransformers({ ...SIZE, modalities: { text: 12, image: 8 } })
  ],
  ['gated experts', () => models.moeTransformer({ ...SIZE, experts: 4, router, expertKind: 'gated' })]
])("the modules' operations add up to the model's: %s", (_, build) => {
  const model = build();
  expect(total(models.moduleFlops(model))).toBe(models.activeFlops(model));
  expect(total(models.moduleFlops(model, { length: 5 }))).toBe(models.activeFlops(model, { length: 5 }));
  model.dispose();
});

test('each entry is the module that spends it', () => {
  const model = models.moeTransformer({ ...SIZE, layers: 1, experts: 4, hidden: 8, router });
  expect(Object.fromEntries(models.moduleFlops(model))).toEqual({
    'layers.0.attention': 4 * 12 * 16,
    'layers.0.attention.qkv': 2 * 16 * 48,
    'layers.0.attention.output': 2 * 16 * 16,
    'layers.0.moe.router': 2 * 16 * 4,
    'layers.0.moe.experts': 2 * (2 * 2 * 16 * 8),
    head: 2 * 16 * 20
  });
  model.dispose();
});

test('a module that says its own operations is asked, and one that says nothing is not guessed', () => {
  const random = core.Random.fromSeed(0);
  const heads = moe.attentionHeads({ router, heads: 4, width: 8, headWidth: 2, random });
  expect(models.moduleFlops(heads, { length: 5 }).get('')).toBe(heads.ownFlops({ length: 5 }));

  class Unknown extends core.Module {
    readonly kind = 'unknown';

    constructor() {
      super();
      this.addParameter(
        'matrix',
        new core.Parameter(tf.ones([3, 3]), { axes: [core.Axis.of('n', 3), core.Axis.of('m', 3)] })
      );
      this.addChild('linear', new layers.Linear({ inputWidth: 3, outputWidth: 2, random }));
    }

    apply(x: tf.Tensor): tf.Tensor {
      return x;
    }
  }
  const unknown = new Unknown();
  expect(Object.fromEntries(models.moduleFlops(unknown))).toEqual({ '': null, linear: 12 });
  heads.dispose();
  unknown.dispose();
});
