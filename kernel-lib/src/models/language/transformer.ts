import { tf } from '../../base/backend';
import { Axis, expectNumber, expectOneOf, expectShape, fail, Module, Random, refuseOldNames } from '../../base/core';
import type { Context } from '../../base/core';
import { Embedding, Linear, normal, partsOf, positionsOf, rmsNorm, Sequential } from '../../nn/layers';
import { MODALITY_IDS, TOKEN_IDS } from '../../nn/stateKeys';
import { Block } from '../block';
import { partsAt } from '../blockModel';
import type { BlockModel, BlockModelOptions, BlockSharing } from '../blockModel';
import type { TransformerSize } from '../size';
import { modelSpecs, specOf } from '../spec';
import type { ModelSpec } from '../spec';
import type { LanguageModel } from './languageModel';

/** All that a transformer is built from. */
export interface TransformerOptions extends Required<Omit<TransformerSize, 'layers'>>, BlockModelOptions {
  /** Modality of each token id, from 0; [V]. Layers find those of the tokens as "modalityIds", int32 [T]. Default: none. */
  modalities?: readonly number[];
  /** "none": positions are known to attention alone (`layers.groupedAttention`). Default "learned": embedded, and added to the tokens. */
  positions?: 'learned' | 'none';
  /** The head is the table of the token embeddings. Default false: a matrix of its own. */
  tied?: boolean;
  /** Factor of the token embeddings. Default 1. */
  embeddingScale?: number;
  /** Factor of the logits. Default 1. */
  logitScale?: number;
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
  private readonly tokens: Embedding;
  private readonly positions: Module | null;
  private readonly layers: Module;
  private readonly norm: Module;
  private readonly head: Module | null;
  private readonly places: Axis;

  constructor(
    /** Options that it was built from; `models.denseTwin` reads them. */
    readonly options: TransformerOptions,
    /** Stream for the initial parameters. Default: from the seed. */
    random = Random.fromSeed(options.seed).child('model')
  ) {
    super();
    refuseOldNames('models.Transformer', options, { mixers: 'feedForwards' });
    const { heads, contextLength, vocabSize, feedForwards, parallel, parts = {} } = options;
    const { sharing = 'none', positions = 'learned', tied = false, residualScale } = options;
    expectOneOf('models.Transformer', 'sharing', sharing, SHARINGS);
    expectOneOf('models.Transformer', 'positions', positions, ['learned', 'none']);
    (['embeddingScale', 'logitScale', 'residualScale'] as const).forEach((name) =>
      expectNumber('models.Transformer', name, options[name] ?? 1)
    );
    this.vocabSize = vocabSize;
    const width = Axis.of('width', options.width);
    const vocabulary = Axis.of('vocabulary', vocabSize).pin('token ids name its positions');
    this.places = Axis.of('positions', contextLength);
    const embedding = (name: string, count: Axis, deviation: number): Embedding =>
      this.addChild(name, new Embedding({ count, width, initializer: normal(deviation), random: random.child(name) }));
    this.tokens = embedding('tokens', vocabulary, TOKEN_DEVIATION);
    this.positions = positions === 'none' ? null : embedding('positions', this.places, POSITION_DEVIATION);
    const blocks: Block[] = [];
    feedForwards.forEach((feedForward, number) => {
      const first = number === 0 || sharing === 'none' ? null : blocks[0];
      const share = first && { block: first, norms: sharing === 'blocksAndNorms' };
      const stream = random.child('layers').child(number);
      blocks.push(
        new Block({
          ...{ width, heads, feedForward, parallel, number, share, residualScale, random: stream },
          parts: partsAt('models.Transformer', options, number, parts)
        })
      );
    });
    this.layers = this.addChild('layers', new Sequential(blocks));
    this.norm = this.addChild('norm', (partsOf(parts).norm ?? rmsNorm()).build({ width }));
    const head = { initializer: normal(0.02), random: random.child('head') };
    this.head = tied
      ? null
      : this.addChild('head', new Linear({ inputWidth: width, outputWidth: vocabulary, bias: false, ...head }));
  }

  get contextLength(): number {
    return this.places.size;
  }

  rebuild(changes: Partial<BlockModelOptions>, random?: Random): Transformer {
    return new Transformer({ ...this.options, ...changes }, random);
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
    if (length + (ctx.memory?.length ?? 0) > this.contextLength) {
      fail('models.Transformer', `takes at most ${this.contextLength} positions`, length);
    }
    return tf.tidy(() => this.readOut(this.embedContext(tokens, ctx), ctx));
  }

  /** Token ids [B, N] to what the head reads, [B, N, D]. */
  embedContext(tokens: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      this.leaveIds(tokens.flatten().toInt() as tf.Tensor1D, ctx);
      const { embeddingScale = 1 } = this.options;
      const embedded = this.tokens.apply(tokens, ctx.within('tokens'));
      const scaled = embeddingScale === 1 ? embedded : embedded.mul(embeddingScale);
      const x = this.positions === null ? scaled : scaled.add(this.placed(this.positions, tokens.shape[1]!, ctx));
      return this.norm.apply(this.layers.apply(x, ctx.within('layers')), ctx.within('norm'));
    });
  }

  /** The head alone: [B, N, D] to logits [B, N, V]. */
  readOut(x: tf.Tensor, ctx: Context): tf.Tensor {
    const { logitScale = 1 } = this.options;
    return tf.tidy(() => {
      const logits = this.head?.apply(x, ctx.within('head')) ?? this.tokens.readOut(x);
      return logitScale === 1 ? logits : logits.mul(logitScale);
    });
  }

  /** Of the head, where it is the table of the embeddings; one of its own is a child. */
  override ownFlops(): number {
    const [vocabulary, width] = this.tokens.weight.axes;
    return this.head === null ? 2 * vocabulary.size * width.size : 0;
  }

  private placed(embedding: Module, length: number, ctx: Context): tf.Tensor {
    const positions = positionsOf(length, ctx.memory);
    const ids =
      positions.length === 1 ? tf.tensor1d(positions[0], 'int32') : tf.tensor2d(positions, undefined, 'int32');
    return embedding.apply(ids, ctx.within('positions'));
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
  build: (random) => new Transformer(options, random)
}));
