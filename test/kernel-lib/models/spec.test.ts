import { adaptive, core, io, layers, models, moe, routers, tf } from '@switchyard/kernel-lib';
import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { afterAll, expect, test } from 'vitest';
import { spread } from '../../support/gradients';
import { outputOf } from '../../support/networks';

const folder = mkdtempSync(path.join(tmpdir(), 'switchyard-spec-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SIZE = { layers: 2, width: 8, heads: 2, contextLength: 6, vocabSize: 12, seed: 3 };
const topK = routers.topK({ k: 2 });
type Model = core.Module & { readonly spec: models.ModelSpec };

const ids = () => tf.tensor2d([1, 5, 9, 3, 2, 2, 11, 4], [2, 4], 'int32');
const image = () => spread([2, 4, 4, 1]);

const MODELS: Record<string, { make: () => Model; input: () => tf.Tensor }> = {
  dense: { make: () => models.denseTransformer({ ...SIZE, gated: true, parallel: true }), input: ids },
  'by token': { make: () => models.denseTransformer({ ...SIZE, tokenIndexed: true }), input: ids },
  mixture: {
    make: () =>
      models.moeTransformer({
        ...{ ...SIZE, experts: 4, every: 2, sharedExperts: 1, capacityFactor: 1.25, expertKind: 'gated' },
        router: routers.topK({ k: 2, gatingResidual: true, balance: { bias: { rate: 0.01 } } })
      }),
    input: ids
  },
  'shared blocks': { make: () => models.wideNet({ ...SIZE, experts: 4, router: topK }), input: ids },
  paths: { make: () => models.duoLLM({ ...SIZE, smallDim: 4, bigDim: 8 }), input: ids },
  'one network in two ways': { make: () => models.versatileFFN(SIZE), input: ids },
  modalities: {
    make: () => models.mixtureOfTransformers({ layers: 2, width: 8, modalities: { text: 8, image: 4 } }),
    input: ids
  },
  'mixtures of attention': {
    make: () => {
      const dense = [1, 2].map((seed) => models.denseTransformer({ ...SIZE, seed }));
      const options = {
        router: topK,
        experts: 2,
        attention: 'mixture' as const,
        attentionRouter: routers.topP({ p: 1 })
      };
      return models.upcycle(dense, { ...options, random: core.Random.fromSeed(1) }).model;
    },
    input: ids
  },
  'experts of many kinds': {
    make: () => {
      const experts = moe.mixedExperts([
        { count: 2, expertKind: moe.lowRankExperts({ rank: 2, initializer: layers.normal(0.1) }) },
        { count: 1, expertKind: adaptive.variant(moe.plainExperts(), { kind: 'small', hidden: 2 }) },
        { count: 1, expertKind: moe.averagedExperts({ expertKind: moe.gatedExperts(), beta: 0.1 }) },
        { count: 1, expertKind: moe.modulatedExperts() }
      ]);
      const feedForward: models.FeedForwardSpec = {
        ...{
          kind: 'moe',
          router: topK,
          experts: 5,
          hidden: 6,
          expertKind: experts,
          capacityFactor: null,
          sharedExperts: 0
        }
      };
      const dense = models.denseTransformer({ ...SIZE, layers: 1 });
      return new models.Transformer({ ...dense.options, feedForwards: [feedForward] });
    },
    input: ids
  },
  vit: {
    make: () => {
      const reorganize = adaptive.tokenReorganize({ keepRate: 0.5, layers: [1] });
      return models.vit({ imageSize: 4, patchSize: 1, classes: 3, layers: 2, width: 8, reorganize });
    },
    input: image
  },
  tower: {
    make: () => {
      const feedForwards = [{ kind: 'dense' as const, hidden: 6, gated: false }];
      return new models.Tower({ inputWidth: 5, width: 8, heads: 2, outputWidth: 3, seed: 1, feedForwards });
    },
    input: () => spread([2, 3, 5])
  },
  mlp: { make: () => models.mlp({ inputWidth: 5, hidden: [7, 4], outputWidth: 3 }), input: () => spread([2, 5]) },
  unet: { make: () => models.unet({ imageSize: 4, width: 4, layers: [1, 2, 0, 1] }), input: () => spread([3, 18]) },
  'token mixer': {
    make: () => models.tokenMixer({ slots: 2, inputWidth: 3, layers: 2, width: 8, norm: layers.layerNorm() }),
    input: () => spread([2, 2, 3])
  }
};

const shapes = (model: core.Module) => [...model.stored()].map(([name, { shape }]) => `${name} ${shape.join()}`);

test.each(Object.entries(MODELS))(
  '%s: a spec of plain JSON builds the same tree, and a file needs no more',
  (name, { make, input }) => {
    const model = make();
    const { spec } = model;
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
    const built = models.build(JSON.parse(JSON.stringify(spec)) as models.ModelSpec) as Model;
    expect(shapes(built)).toEqual(shapes(model));
    expect([...built.modules()].map(([at, { kind }]) => `${at} ${kind}`)).toEqual([...model.modules()].map(([at, { kind }]) => `${at} ${kind}`)); // prettier-ignore
    expect(built.spec).toEqual(spec);
    const file = path.join(folder, `${name}.safetensors`);
    io.saveModel(model, file, { note: 'kept' });
    const loaded = io.loadModel(file);
    const x = input();
    expect(outputOf(loaded, x)).toEqual(outputOf(model, x));
    expect(io.loadModel(built, file)).toEqual({ note: 'kept' });
    [model, built, loaded, x].forEach((each) => each.dispose());
  }
);

test('cuts that last are part of the spec: a smaller model comes back smaller, and is transformed further', () => {
  const model = models.moeTransformer({ ...SIZE, experts: 4, router: topK });
  const axes = core.axesOf(model);
  axes.get('width')!.axis.keep([0, 1, 2, 4, 5, 7]);
  axes.get('layers.1.moe.experts')!.axis.keep([1, 2, 3]);
  axes.get('layers.0.moe.experts.hidden')!.axis.keep([0, 2, 3]);
  core.shrink(model);
  expect(model.spec.sizes).toEqual({ width: 6, 'layers.1.moe.experts': 3, 'layers.0.moe.experts.hidden': 3 });
  const file = path.join(folder, 'cut.safetensors');
  io.saveModel(model, file);
  const loaded = io.loadModel(file);
  const copy = models.mapFeedForwards(model, (feedForward) => feedForward);
  const x = ids();
  const expected = outputOf(model, x);
  expect(outputOf(loaded, x)).toEqual(expected);
  expect(outputOf(copy, x)).toEqual(expected);
  [model, loaded, copy, x].forEach((each) => each.dispose());
});

test('what is not data is named; what no kind is, too', () => {
  const router = { kind: 'mine', options: { by: () => 0 }, build: topK.build.bind(topK) };
  const model = models.moeTransformer({ ...SIZE, layers: 1, experts: 4, router });
  expect(() => model.spec).toThrow(
    'the spec of a transformer: "feedForwards[0].router.options.by" must be JSON, to be saved, got function'
  );
  model.dispose();
  expect(() => models.build({ kind: 'lstm', options: {} })).toThrow(
    /model spec: kind must be one of .*transformer.*, got lstm/
  );
  expect(() => routers.specs.of({ kind: 'topk', options: {} })).toThrow('router spec: kind must be one of');
  const { spec } = models.denseTransformer({ ...SIZE, layers: 1 });
  expect(() => models.build({ ...spec, sizes: { breadth: 2 } })).toThrow(
    'sizes must be of axes that the model has, got breadth'
  );
});
