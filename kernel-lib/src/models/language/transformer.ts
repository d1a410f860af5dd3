import { tf } from '../../base/backend';
import { Axis, expectOneOf, expectShape, fail, Module, Random, refuseOldNames } from '../../base/core';
import type { Context } from '../../base/core';
import { Embedding, Linear, normal, partsOf, rmsNorm, Sequential } from '../../nn/layers';
import { MODALITY_IDS, TOKEN_IDS } from '../../nn/stateKeys';
import { Block } from '../block';
import type { BlockModel, BlockModelOptions, BlockSharing } from '../blockModel';
import type { TransformerSize } from '../size';
import { modelSpecs, specOf } from '../spec';
import type { ModelSpec } from '../spec';
import type { LanguageModel } from './languageModel';

/** All that a transformer is built from. */
export interface TransformerOptions extends Required<Omit<TransformerSize, 'layers'>>, BlockModelOptions {
  /** Modality of each token id, from 0; [V]. Layers find those of the tokens as "modalityIds", int32 [T]. Default: none. */
  modalities?: readonly number[];
}

const SHARINGS: readonly BlockSharing[] = ['none', 'blocks', 'blocksAndNorms'];

// Larger than GPT-2's 0.02: what the first blocks add is near 0.5, and in a short training a token must not drown in it.
const TOKEN_DEVIATION = 0.4;
const POSITION_DEVIATION = 0.1;

/**
 * A causal language model: token and learned position embeddings, pre-norm blocks, a last norm and an untied head.
 * Token ids [B, N] (int32) to logits [B, N, V]. Paths: "tokens", "positions", "layers.0.attention.qkv", ..., "norm", "head".
 */
export class Transformer extends Module implements LanguageModel, BlockModel {
  readonly kind = 'transformer';
  readonly vocabSize: number;
  private readonly tokens: Module;
  private readonly positions: Module;
  private readonly layers: Module;
  private readonly norm: Module;
  private readonly head: Module;
  private readonly places: Axis;

  constructor(
    /** Options that it was built from; `models.denseTwin` reads them. */
    readonly options: TransformerOptions
  ) {
    super();
    refuseOldNames('models.Transformer', options, { mixers: 'feedForwards' });
    const { heads, contextLength, vocabSize, seed, feedForwards, parallel, parts = {} } = options;
    const { sharing = 'none' } = options;
    expectOneOf('models.Transformer', 'sharing', sharing, SHARINGS);
    const random = Random.fromSeed(seed).child('model');
    this.vocabSize = vocabSize;
    const width = Axis.of('width', options.width);
    const vocabulary = Axis.of('vocabulary', vocabSize).pin('token ids name its positions');
    this.places = Axis.of('positions', contextLength);
    const embedding = (name: string, count: Axis, deviation: number): Embedding =>
      this.addChild(name, new Embedding({ count, width, initializer: normal(deviation), random: random.child(name) }));
    this.tokens = embedding('tokens', vocabulary, TOKEN_DEVIATION);
    this.positions = embedding('positions', this.places, POSITION_DEVIATION);
    const blocks: Block[] = [];
    feedForwards.forEach((feedForward, number) => {
      const first = number === 0 || sharing === 'none' ? null : blocks[0];
      const share = first && { block: first, norms: sharing === 'blocksAndNorms' };
      const stream = random.child('layers').child(number);
      blocks.push(new Block({ width, heads, feedForward, parallel, parts, number, share, random: stream }));
    });
    this.layers = this.addChild('layers', new Sequential(blocks));
    this.norm = this.addChild('norm', (partsOf(parts).norm ?? rmsNorm()).build({ width }));
    this.head = this.addChild(
      'head',
      new Linear({
        ...{ inputWidth: width, outputWidth: vocabulary, bias: false },
        ...{ initializer: normal(0.02), random: random.child('head') }
      })
    );
  }

  get contextLength(): number {
    return this.places.size;
  }

  rebuild(changes: Partial<BlockModelOptions>): Transformer {
    return new Transformer({ ...this.options, ...changes });
  }

  /** Specification that builds it, as plain JSON. */
  get spec(): ModelSpec {
    return specOf(this);
  }

  /**
   * Token ids [B, N] (int32) to logits [B, N, V]; position n sees the tokens 0..n. Ids must lie in 0..V-1: `train.fit` and
   * `train.evaluate` check them on the host, where a batch enters.
   *
   * @throws {SwitchyardError} where N is more than the context length.
   */
  override apply(tokens: tf.Tensor, ctx: Context): tf.Tensor {
    expectShape('models.Transformer', tokens, ['B', 'N']);
    const [, length] = tokens.shape;
    if (length > this.contextLength) {
      fail('models.Transformer', `takes at most ${this.contextLength} positions`, length);
    }
    return tf.tidy(() => {
      this.leaveIds(tokens.flatten().toInt() as tf.Tensor1D, ctx);
      const positions = this.positions.apply(tf.range(0, length, 1, 'int32'), ctx.within('positions'));
      const x = this.tokens.apply(tokens, ctx.within('tokens')).add(positions);
      const y = this.norm.apply(this.layers.apply(x, ctx.within('layers')), ctx.within('norm'));
      return this.head.apply(y, ctx.within('head'));
    });
  }

  // For routers that go by the token itself.
  private leaveIds(ids: tf.Tensor1D, ctx: Context): void {
    const { modalities } = this.options;
    ctx.setState(TOKEN_IDS, ids);
    if (modalities !== undefined) {
      ctx.setState(MODALITY_IDS, tf.gather(tf.tensor1d([...modalities], 'int32'), ids));
    }
  }
}

modelSpecs.register('transformer', (options: TransformerOptions) => ({
  kind: 'transformer',
  options: { ...options },
  build: () => new Transformer(options)
}));
