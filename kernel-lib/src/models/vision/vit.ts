import { tf } from '../../base/backend';
import { Axis, expectInteger, expectShape, fail, Module, Random } from '../../base/core';
import type { Context, Size } from '../../base/core';
import { classAttention, Embedding, layerNorm, Linear, normal, partsOf, Sequential } from '../../nn/layers';
import type { BetweenSpec, BlockParts } from '../../nn/layers';
import { Block } from '../block';
import { PathEnsemble } from '../pathEnsemble';
import { partsAt } from '../blockModel';
import type { BlockModel, BlockModelOptions } from '../blockModel';
import { defaultHidden } from '../language/denseTransformer';
import type { FeedForwardSpec } from '../feedForward';
import { modelSpecs, specOf } from '../spec';
import type { ModelSpec } from '../spec';

/** Options of `models.vit`. */
export interface VitOptions {
  /** Pixels of an image's side. */
  imageSize: number;
  /** Pixels of a patch's side; it divides that of the image. */
  patchSize: number;
  /** Values of a pixel, C. Default 1. */
  channels?: number;
  /** Classes, V. */
  classes: number;
  /** Blocks, L. */
  layers: number;
  /** Width of a token, D. */
  width: number;
  /** Attention heads; they divide the width. Default 1. */
  heads?: number;
  /** Width inside the feed-forward networks, H. Default 4 D. */
  hidden?: number;
  /** Change of tokens between attention and feed-forward network, as `adaptive.tokenReorganize(...)` makes it. Default: none. */
  reorganize?: BetweenSpec;
  /** Adds up what the blocks add with a scale for each path and channel, initially 1, "layers.scales" (arXiv 2308.06548). Default false. */
  ensembleScale?: boolean;
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
}

/** All that a vision transformer is built from. */
export interface VisionTransformerOptions extends Omit<BlockModelOptions, 'sharing'> {
  imageSize: number;
  patchSize: number;
  channels: number;
  classes: number;
  width: number;
  heads: number;
  seed: number;
  /** See {@link VitOptions}. */
  ensembleScale?: boolean;
}

/**
 * A vision transformer (ViT, arXiv 2010.11929): images [B, S, S, C] to logits [B, V], read from a class token that goes with the patches.
 *
 * @throws {SwitchyardError} where a size is out of range.
 */
export function vit(options: VitOptions): VisionTransformer {
  const {
    imageSize,
    patchSize,
    channels = 1,
    classes,
    layers,
    width,
    heads = 1,
    seed = 0,
    reorganize,
    ensembleScale
  } = options;
  const { hidden = defaultHidden(width, false) } = options;
  expectInteger('models.vit', 'layers', layers, 1);
  expectInteger('models.vit', 'hidden', hidden, 1);
  const feedForwards = new Array<FeedForwardSpec>(layers).fill({ kind: 'dense', gated: false, hidden });
  const parts: BlockParts = { between: reorganize };
  const size = { imageSize, patchSize, channels, classes, width, heads };
  return new VisionTransformer({ ...size, seed, feedForwards, parts, ...(ensembleScale && { ensembleScale }) });
}

// As in `Transformer`.
const POSITION_DEVIATION = 0.1;

/** See {@link vit}. Paths: "input", "classToken", "positions", "layers.0.attention.qkv", ..., "norm", "head". */
export class VisionTransformer extends Module implements BlockModel {
  readonly kind = 'vit';
  /** Patches of an image, N. */
  readonly contextLength: number;
  private readonly input: Module;
  private readonly classToken: Module;
  private readonly positions: Module;
  private readonly layers: Module;
  private readonly norm: Module;
  private readonly head: Module;

  constructor(
    readonly options: VisionTransformerOptions,
    /** Stream for the initial parameters. Default: from the seed. */
    random = Random.fromSeed(options.seed).child('vit')
  ) {
    super();
    const { imageSize, patchSize, channels, classes, heads, feedForwards, parts = {} } = options;
    (['imageSize', 'patchSize', 'channels', 'classes', 'width', 'heads'] as const).forEach((name) =>
      expectInteger('models.vit', name, options[name], 1)
    );
    if (imageSize % patchSize !== 0) {
      fail('models.vit', `patchSize must divide imageSize (${imageSize})`, patchSize);
    }
    this.contextLength = (imageSize / patchSize) ** 2;
    const width = Axis.of('width', options.width);
    const pixels = Axis.fixed('pixels', patchSize ** 2 * channels);
    const linear = (name: string, from: Size, to: Size): Linear =>
      this.addChild(name, new Linear({ inputWidth: from, outputWidth: to, random: random.child(name) }));
    const embedding = (name: string, count: Size): Embedding => {
      const initializer = normal(POSITION_DEVIATION);
      return this.addChild(name, new Embedding({ count, width, initializer, random: random.child(name) }));
    };
    const { norm = layerNorm(), attention = classAttention() } = partsOf(parts);
    this.input = linear('input', pixels, width);
    this.classToken = embedding('classToken', Axis.fixed('classToken', 1));
    this.positions = embedding('positions', Axis.fixed('positions', this.contextLength + 1));
    const block = (feedForward: FeedForwardSpec, number: number): Block =>
      new Block({
        ...{ width, heads, feedForward, parallel: false, number, share: null },
        parts: partsAt('models.vit', options, number, { ...parts, norm, attention }),
        keepsPaths: options.ensembleScale,
        random: random.child('layers').child(number)
      });
    if (options.ensembleScale && parts.between !== undefined) {
      fail('models.vit', 'a model with ensembleScale must keep its tokens', parts.between.kind);
    }
    const blocks = feedForwards.map(block);
    this.layers = this.addChild('layers', options.ensembleScale ? new PathEnsemble(blocks, width) : new Sequential(blocks)); // prettier-ignore
    this.norm = this.addChild('norm', norm.build({ width }));
    this.head = linear('head', width, Axis.of('classes', classes).pin('the data have them'));
  }

  rebuild(changes: Partial<VisionTransformerOptions>, random?: Random): VisionTransformer {
    return new VisionTransformer({ ...this.options, ...changes }, random);
  }

  /** Specification that builds it, as plain JSON. */
  get spec(): ModelSpec {
    return specOf(this);
  }

  /** Images [B, S, S, C] to logits [B, V]. */
  override apply(images: tf.Tensor, ctx: Context): tf.Tensor {
    return this.read(images, ctx, (tokens) => this.layers.apply(tokens, ctx.within('layers')));
  }

  /**
   * Logits from the paths through the first blocks alone, of a model with `ensembleScale`.
   *
   * @throws {SwitchyardError} where it has none, or not as many blocks.
   */
  applyFirst(blocks: number, images: tf.Tensor, ctx: Context): tf.Tensor {
    const { layers } = this;
    return layers instanceof PathEnsemble
      ? this.read(images, ctx, (tokens) => layers.applyFirst(blocks, tokens, ctx.within('layers')))
      : fail('models.vit', 'applyFirst is of models with ensembleScale', 'one without');
  }

  private read(images: tf.Tensor, ctx: Context, through: (tokens: tf.Tensor) => tf.Tensor): tf.Tensor {
    const { imageSize, channels } = this.options;
    expectShape(ctx.path || 'models.vit', images, ['B', imageSize, imageSize, channels]);
    return tf.tidy(() => {
      const tokens = through(this.embed(images, ctx));
      const [batch, , width] = tokens.shape;
      const first = tokens.slice([0, 0, 0], [-1, 1, -1]).reshape([batch, width]);
      return this.head.apply(this.norm.apply(first, ctx.within('norm')), ctx.within('head'));
    });
  }

  override lengthWithin(child: string, length: number): number {
    return child === 'layers' ? length + 1 : child === 'norm' || child === 'head' ? 1 : length;
  }

  // [B, N + 1, D], the class token first.
  private embed(images: tf.Tensor, ctx: Context): tf.Tensor {
    const [batch] = images.shape;
    const patches = this.input.apply(cut(images, this.options.patchSize), ctx.within('input'));
    const classToken = this.classToken.apply(tf.zeros([batch, 1], 'int32'), ctx.within('classToken'));
    const places = tf.range(0, this.contextLength + 1, 1, 'int32');
    return tf.concat([classToken, patches], 1).add(this.positions.apply(places, ctx.within('positions')));
  }
}

// Images [B, S, S, C] to patches [B, N, P P C], row by row.
function cut(images: tf.Tensor, patchSize: number): tf.Tensor {
  const [batch, height, width, channels] = images.shape;
  const [down, across] = [height / patchSize, width / patchSize];
  const split = images.reshape([batch, down, patchSize, across, patchSize * channels]);
  return split.transpose([0, 1, 3, 2, 4]).reshape([batch, down * across, patchSize ** 2 * channels]);
}

modelSpecs.register('vit', (options: VisionTransformerOptions) => ({
  kind: 'vit',
  options: { ...options },
  build: (random) => new VisionTransformer(options, random)
}));
