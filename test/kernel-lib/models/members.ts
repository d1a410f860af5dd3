import { adaptive, core, graph, layers, models, moe, routers, tf } from '@switchyard/kernel-lib';
import { spread } from '../../support/gradients';

export type Model = core.Module & { readonly spec: models.ModelSpec };

export interface Member {
  make: (seed: number) => Model;
  input: () => tf.Tensor;
  /** What a pass must find in its context. */
  before?: (ctx: core.Context) => void;
  /** Parameters that this model's loss does not depend on. */
  still?: RegExp;
}

export const SIZE = { layers: 2, width: 8, heads: 2, contextLength: 6, vocabSize: 12 };
export const topK = routers.topK({ k: 2 });
export const ids = () => tf.tensor2d([1, 5, 9, 3, 2, 2, 11, 4], [2, 4], 'int32');
const image = () => spread([2, 4, 4, 1]);

/** A loop, parallel edges and an isolated node, in two graphs. */
const messy = graph.fromEdges({
  numNodes: 6,
  edges: [[0, 1], [0, 1], [2, 1], [2, 2], [1, 0], [3, 4]], // prettier-ignore
  graphOf: [0, 0, 0, 1, 1, 1]
});
const onMessy = (ctx: core.Context): void => ctx.setState(core.stateKey<graph.Graph>('graph'), messy);
const nodes = () => spread([6, 5]);
const GRAPH = { inputWidth: 5, hidden: 4, outputWidth: 3, layers: 2 };

export const MODELS: Record<string, Member> = {
  'graph network of nodes': {
    make: (seed) => models.graphNetwork({ ...GRAPH, seed, layer: graph.gat({ heads: 2 }), lastLayer: graph.gcn(), dropout: 0.1 }), // prettier-ignore
    ...{ input: nodes, before: onMessy }
  },
  'light graph convolution': {
    make: (seed) => models.lightGcn({ numNodes: 6, width: 4, layers: 2, seed }),
    ...{ input: () => tf.tensor2d([[0, 1], [5, 3], [1, 2]], [3, 2], 'int32'), before: onMessy } // prettier-ignore
  },
  'graph network of graphs': {
    make: (seed) => models.graphNetwork({ ...GRAPH, seed, layer: graph.gin({ learnt: true }), readout: 'max' }),
    ...{ input: nodes, before: onMessy }
  },
  dense: { make: (seed) => models.denseTransformer({ ...SIZE, seed, gated: true, parallel: true }), input: ids },
  'by token': { make: (seed) => models.denseTransformer({ ...SIZE, seed, tokenIndexed: true }), input: ids },
  mixture: {
    make: (seed) =>
      models.moeTransformer({
        ...{ ...SIZE, seed, experts: 4, every: 2, sharedExperts: 1, capacityFactor: 1.25, expertKind: 'gated' },
        router: routers.topK({ k: 2, gatingResidual: true, balance: { bias: { rate: 0.01 } } })
      }),
    // No mixture comes before the first.
    still: /router.residual$/,
    input: ids
  },
  'shared blocks': { make: (seed) => models.wideNet({ ...SIZE, seed, experts: 4, router: topK }), input: ids },
  paths: {
    make: (seed) => models.duoLLM({ ...SIZE, seed, smallDim: 4, bigDim: 8 }),
    input: ids,
    still: /router.weight$/
  },
  'one network in two ways': { make: (seed) => models.versatileFFN({ ...SIZE, seed }), input: ids },
  modalities: {
    make: (seed) => models.mixtureOfTransformers({ layers: 2, width: 8, seed, modalities: { text: 8, image: 4 } }),
    input: ids
  },
  'mixtures of attention': {
    make: (seed) => {
      const dense = [seed, seed + 1].map((each) => models.denseTransformer({ ...SIZE, seed: each }));
      const options = {
        router: topK,
        experts: 2,
        attention: 'mixture' as const,
        attentionRouter: routers.topP({ p: 1 })
      };
      const { model } = models.upcycle(dense, { ...options, random: core.Random.fromSeed(seed) });
      dense.forEach((each) => each.dispose());
      return model;
    },
    input: ids
  },
  'experts of many kinds': {
    make: (seed) => {
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
      const dense = models.denseTransformer({ ...SIZE, seed, layers: 1 });
      dense.dispose();
      return new models.Transformer({ ...dense.options, feedForwards: [feedForward] });
    },
    input: ids
  },
  vit: {
    make: (seed) => {
      const reorganize = adaptive.tokenReorganize({ keepRate: 0.5, layers: [1] });
      return models.vit({ imageSize: 4, patchSize: 1, classes: 3, layers: 2, width: 8, seed, reorganize });
    },
    input: image
  },
  'vit as paths': {
    make: (seed) => models.vit({ imageSize: 4, patchSize: 1, classes: 3, layers: 2, width: 8, seed, ensembleScale: true }), // prettier-ignore
    input: image
  },
  tower: {
    make: (seed) => {
      const feedForwards = [{ kind: 'dense' as const, hidden: 6, gated: false }];
      return new models.Tower({ inputWidth: 5, width: 8, heads: 2, outputWidth: 3, seed, feedForwards });
    },
    input: () => spread([2, 3, 5])
  },
  mlp: {
    make: (seed) => models.mlp({ inputWidth: 5, hidden: [7, 4], outputWidth: 3, seed }),
    input: () => spread([2, 5])
  },
  'recurrent network': {
    make: (seed) => models.recurrentNetwork({ vocabSize: 12, width: 5, hidden: [6, 4], cell: 'gru', classes: 3, seed }),
    input: ids
  },
  unet: {
    make: (seed) => models.unet({ imageSize: 4, width: 4, layers: [1, 2, 0, 1], seed }),
    input: () => spread([3, 18])
  },
  'token mixer': {
    make: (seed) => models.tokenMixer({ slots: 2, inputWidth: 3, layers: 2, width: 8, seed, norm: layers.layerNorm() }),
    input: () => spread([2, 2, 3])
  },
  'encoder and decoder': {
    make: (seed) =>
      new models.EncoderDecoder({
        ...{ width: 8, heads: 2, vocabSize: 12, seed, attention: { buckets: 4, maxDistance: 8 } },
        encoder: [{ kind: 'dense', hidden: 6, gated: false }],
        decoder: [{ kind: 'dense', hidden: 6, gated: true }]
      }),
    input: ids,
    before: (ctx) => ctx.setState(models.DECODER_IDS, tf.tensor2d([3, 1, 4, 1], [2, 2], 'int32'))
  },
  lcnet: {
    make: (seed) => models.lcnet({ scale: 0.25, expand: 16, inputs: 1, classes: 3, seed }),
    input: () => spread([3, 64, 64, 1])
  },
  mobileNetV4: {
    make: (seed) =>
      models.mobileNetV4({
        ...{ stem: 8, expand: 16, inputs: 1, classes: 3, seed },
        blocks: [
          { block: 'conv', channels: 8, size: 3 },
          { block: 'uib', channels: 8, expand: 2, dwStart: 3, dwMiddle: 3 },
          { block: 'uib', channels: 16, expand: 2, dwStart: 0, dwMiddle: 5, stride: 2 },
          { block: 'uib', channels: 16, expand: 2, dwStart: 0, dwMiddle: 0 }
        ]
      }),
    input: () => spread([3, 16, 16, 1])
  },
  shuffleNetV2: {
    make: (seed) => models.shuffleNetV2({ scale: 0.5, inputs: 1, classes: 3, seed }),
    input: () => spread([3, 64, 64, 1])
  },
  resnet: {
    make: (seed) => models.resnet({ blocks: [1, 1], channels: 4, inputs: 1, classes: 3, stem: 'small', seed }),
    input: () => spread([2, 8, 8, 1])
  }
};
