import { tf } from '../../base/backend';
import { Axis, expectInteger, expectShape, Module, Random } from '../../base/core';
import type { Context, Size } from '../../base/core';
import { Linear, partsOf, rmsNorm, Sequential } from '../../nn/layers';
import { Block } from '../block';
import { partsAt } from '../blockModel';
import type { BlockModel, BlockModelOptions } from '../blockModel';
import type { FeedForwardSpec } from '../feedForward';
import { modelSpecs, specOf } from '../spec';
import type { ModelSpec } from '../spec';

/** All that a tower is built from. */
export interface TowerOptions extends Omit<BlockModelOptions, 'sharing'> {
  /** Width of what comes in, a patch or a word, F. */
  inputWidth: number;
  /** Width of a token inside, D. */
  width: number;
  /** Attention heads; they divide the width. */
  heads: number;
  /** Width of the embedding that comes out, P. */
  outputWidth: number;
  /** Seed of the initial parameters. */
  seed: number;
}

/**
 * Embeds sequences, as each of the two towers of CLIP does (arXiv 2103.00020): [B, N, F] to [B, P], a linear map of the last position after
 * pre-norm blocks. Paths: "input", "layers.0.attention.qkv", ..., "norm", "output".
 */
export class Tower extends Module implements BlockModel {
  readonly kind = 'tower';
  private readonly input: Module;
  private readonly layers: Module;
  private readonly norm: Module;
  private readonly output: Module;

  constructor(
    readonly options: TowerOptions,
    /** Stream for the initial parameters. Default: from the seed. */
    random = Random.fromSeed(options.seed).child('tower')
  ) {
    super();
    const { inputWidth, heads, outputWidth, feedForwards, parts = {} } = options;
    (['inputWidth', 'width', 'heads', 'outputWidth'] as const).forEach((name) =>
      expectInteger('models.Tower', name, options[name], 1)
    );
    const width = Axis.of('width', options.width);
    const linear = (name: string, from: Size, to: Size): Linear =>
      this.addChild(name, new Linear({ inputWidth: from, outputWidth: to, bias: false, random: random.child(name) }));
    this.input = linear('input', Axis.of('inputs', inputWidth).pin('the data have them'), width);
    const block = (feedForward: FeedForwardSpec, number: number): Block =>
      new Block({
        ...{ width, heads, feedForward, parallel: false, number, share: null },
        parts: partsAt('models.Tower', options, number, parts),
        random: random.child('layers').child(number)
      });
    this.layers = this.addChild('layers', new Sequential(feedForwards.map(block)));
    this.norm = this.addChild('norm', (partsOf(parts).norm ?? rmsNorm()).build({ width }));
    this.output = linear('output', width, Axis.of('outputs', outputWidth).pin('the data have them'));
  }

  rebuild(changes: Partial<BlockModelOptions>, random?: Random): Tower {
    return new Tower({ ...this.options, ...changes }, random);
  }

  /** Specification that builds it, as plain JSON. */
  get spec(): ModelSpec {
    return specOf(this);
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    expectShape(ctx.path || this.kind, x, ['B', 'N', 'F']);
    return tf.tidy(() => {
      const tokens = this.layers.apply(this.input.apply(x, ctx.within('input')), ctx.within('layers'));
      const [batch, length, width] = tokens.shape;
      const last = tokens.slice([0, length - 1, 0], [-1, 1, -1]).reshape([batch, width]);
      return this.output.apply(this.norm.apply(last, ctx.within('norm')), ctx.within('output'));
    });
  }
}

modelSpecs.register('tower', (options: TowerOptions) => ({
  kind: 'tower',
  options: { ...options },
  build: (random) => new Tower(options, random)
}));
