import { tf } from '../../base/backend';
import { Axis, expectInteger, expectShape, fail, Module, Random, stateKey } from '../../base/core';
import type { Context } from '../../base/core';
import {
  crossAttention,
  Embedding,
  ENCODED,
  Linear,
  normal,
  relativeAttention,
  rmsNorm,
  Sequential
} from '../../nn/layers';
import type { RelativeAttentionChoices } from '../../nn/layers';
import { TOKEN_IDS } from '../../nn/stateKeys';
import { Block } from '../block';
import type { FeedForwardSpec } from '../feedForward';
import { modelSpecs, specOf } from '../spec';
import type { ModelSpec } from '../spec';

/** Options of `models.EncoderDecoder`. */
export interface EncoderDecoderOptions {
  /** D. */
  width: number;
  heads: number;
  /** V. */
  vocabSize: number;
  /** Seed of the initial parameters. */
  seed: number;
  /** Feed-forward networks or mixtures of the encoder, one a block. */
  encoder: readonly FeedForwardSpec[];
  /** And of the decoder. */
  decoder: readonly FeedForwardSpec[];
  /** Of attention. */
  attention: Omit<RelativeAttentionChoices, 'causal'>;
  /** Of the norms. Default 1e-6. */
  epsilon?: number;
  /** The head is the table of the token embeddings. Default false. */
  tied?: boolean;
  /** Factor of the decoder's output before the head reads it. Default 1. */
  headScale?: number;
}

/** Ids that the decoder reads, int32 [B, N]. */
export const DECODER_IDS = stateKey<tf.Tensor2D>('decoderIds');

/**
 * A model that reads one sequence and writes another (T5, arXiv 1910.10683; with mixtures Switch, arXiv 2101.03961): token ids [B, M], and the
 * ids that the decoder reads in the pass as {@link DECODER_IDS} [B, N], to logits [B, N, V]. Paths: "tokens", "encoder.0.attention.query", ...,
 * "encoderNorm", "decoder.0.between.query", ..., "decoderNorm", "head".
 */
export class EncoderDecoder extends Module {
  readonly kind: string = 'encoder-decoder';
  readonly vocabSize: number;
  private readonly tokens: Embedding;
  private readonly encoder: Module;
  private readonly encoderNorm: Module;
  private readonly decoder: Module;
  private readonly decoderNorm: Module;
  private readonly head: Module | null;

  constructor(
    readonly options: EncoderDecoderOptions,
    /** Stream for the initial parameters. Default: from the seed. */
    random = Random.fromSeed(options.seed).child('model')
  ) {
    super();
    const { heads, vocabSize, epsilon = 1e-6, attention, tied = false } = options;
    (['width', 'heads', 'vocabSize'] as const).forEach((name) =>
      expectInteger('models.EncoderDecoder', name, options[name], 1)
    );
    this.vocabSize = vocabSize;
    const width = Axis.of('width', options.width);
    const vocabulary = Axis.of('vocabulary', vocabSize).pin('token ids name its positions');
    const norm = rmsNorm({ epsilon });
    this.tokens = this.addChild('tokens', new Embedding({ count: vocabulary, width, random: random.child('tokens') }));
    const stack = (name: 'encoder' | 'decoder'): Module => {
      const causal = name === 'decoder';
      const { headWidth } = attention;
      const between = causal ? crossAttention({ heads, headWidth, epsilon }) : undefined;
      const parts = { norm, attention: relativeAttention({ ...attention, causal }), between };
      const blocks = options[name].map((feedForward, number) => {
        const stream = random.child(name).child(number);
        return new Block({ width, heads, feedForward, parallel: false, parts, number, random: stream });
      });
      return this.addChild(name, new Sequential(blocks));
    };
    this.encoder = stack('encoder');
    this.encoderNorm = this.addChild('encoderNorm', norm.build({ width }));
    this.decoder = stack('decoder');
    this.decoderNorm = this.addChild('decoderNorm', norm.build({ width }));
    const head = { bias: false, initializer: normal(0.02), random: random.child('head') };
    this.head = tied
      ? null
      : this.addChild('head', new Linear({ inputWidth: width, outputWidth: vocabulary, ...head }));
  }

  /** Spec that builds it, as plain JSON. */
  get spec(): ModelSpec {
    return specOf(this);
  }

  override apply(tokens: tf.Tensor, ctx: Context): tf.Tensor {
    const ids =
      ctx.getState(DECODER_IDS) ?? fail('models.EncoderDecoder', 'the pass must have ids for the decoder', null);
    return tf.tidy(() => {
      this.encode(tokens, ctx);
      return this.readOut(this.embedContext(ids, ctx), ctx);
    });
  }

  /** Reads token ids [B, M], and leaves what the decoder attends to in the pass. */
  encode(tokens: tf.Tensor, ctx: Context): void {
    expectShape('models.EncoderDecoder', tokens, ['B', 'M']);
    tf.tidy(() => {
      ctx.setState(TOKEN_IDS, tokens.flatten().toInt() as tf.Tensor1D);
      const x = this.encoder.apply(this.tokens.apply(tokens, ctx.within('tokens')), ctx.within('encoder'));
      ctx.setState(ENCODED, this.encoderNorm.apply(x, ctx.within('encoderNorm')) as tf.Tensor3D);
    });
  }

  /** The decoder: token ids [B, N] to what the head reads, [B, N, D]; the pass has what was encoded. */
  embedContext(tokens: tf.Tensor, ctx: Context): tf.Tensor {
    expectShape('models.EncoderDecoder', tokens, ['B', 'N']);
    return tf.tidy(() => {
      ctx.setState(TOKEN_IDS, tokens.flatten().toInt() as tf.Tensor1D);
      const x = this.decoder.apply(this.tokens.apply(tokens, ctx.within('tokens')), ctx.within('decoder'));
      return this.decoderNorm.apply(x, ctx.within('decoderNorm'));
    });
  }

  /** The head alone: [B, N, D] to logits [B, N, V]. */
  readOut(x: tf.Tensor, ctx: Context): tf.Tensor {
    const { headScale = 1 } = this.options;
    return tf.tidy(() => {
      const scaled = headScale === 1 ? x : x.mul(headScale);
      return this.head?.apply(scaled, ctx.within('head')) ?? this.tokens.readOut(scaled);
    });
  }

  /** Of the head, where it is the table of the embeddings; one of its own is a child. */
  override ownFlops(): number {
    const [vocabulary, width] = this.tokens.weight.axes;
    return this.head === null ? 2 * vocabulary.size * width.size : 0;
  }
}

modelSpecs.register('encoder-decoder', (options: EncoderDecoderOptions) => ({
  kind: 'encoder-decoder',
  options: { ...options },
  build: (random) => new EncoderDecoder(options, random)
}));
