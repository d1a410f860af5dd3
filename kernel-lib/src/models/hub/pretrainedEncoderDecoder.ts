import { tf } from '../../base/backend';
import { Context, fail } from '../../base/core';
import type { Random } from '../../base/core';
import type { PagePool } from '../../base/ops/pagePool';
import { ENCODED } from '../../nn/layers';
import { DECODER_IDS, EncoderDecoder } from '../language';
import type { EncoderDecoderOptions } from '../language';
import { cardOf } from './card';
import type { ModelCard } from './card';
import { exportModel } from './exportModel';
import type { ExportOptions } from './exportModel';
import type { Family } from './family';
import { generate } from './generate/generate';
import type { Generated, GenerateOptions } from './generate/contract';
import type { Beginning } from './generate/writing';
import { toIds } from './pretrained';
import type { LogitsOptions } from './pretrained';
import type { Origin } from './origin';
import type { HubTokenizer } from './tokenizer';

/** An `EncoderDecoder` that `models.open` opened: it has its tokenizer, and answers texts. */
export class PretrainedEncoderDecoder extends EncoderDecoder {
  /** Distances are classes, so that there is no end of positions. */
  readonly contextLength = Infinity;

  /** Memory of the experts that are read lazily, whose `report` says its hits; null where all are read. */
  expertCache: PagePool | null = null;

  constructor(
    options: EncoderDecoderOptions,
    /** Where it comes from. */
    readonly origin: Origin<Family<EncoderDecoderOptions>>,
    random?: Random
  ) {
    super(options, random);
  }

  /** A new model, built as this one with some options changed; its values are initial ones. */
  rebuild(changes: Partial<EncoderDecoderOptions>, random?: Random): PretrainedEncoderDecoder {
    return new PretrainedEncoderDecoder({ ...this.options, ...changes }, this.origin, random);
  }

  /** Card: what there is to know of it at a glance. */
  get card(): ModelCard {
    return cardOf(this, this.origin);
  }

  /** Texts to ids and back. */
  get tokenizer(): HubTokenizer {
    return this.origin.tokenizer;
  }

  /** The id that the decoder begins with. */
  get startId(): number {
    return this.origin.checkpoint.config.integer('decoder_start_token_id', 0);
  }

  /**
   * Logits outside training: ids [B, M] and labels [B, N] to [B, N, V], of each label from those before it.
   *
   * @throws {SwitchyardError} where there are no labels, or an id is not in the vocabulary.
   */
  logits(ids: readonly (readonly number[])[] | tf.Tensor2D, { labels }: LogitsOptions = {}): tf.Tensor3D {
    if (labels === undefined) {
      fail('logits', 'a model that writes another sequence needs { labels }', labels);
    }
    const ctx = Context.create();
    try {
      return tf.tidy(() => {
        const wanted = toIds('logits', labels, this.vocabSize);
        const [batch, length] = wanted.shape;
        const before = tf.fill<tf.Rank.R2>([batch, 1], this.startId, 'int32');
        ctx.setState(DECODER_IDS, tf.concat2d([before, wanted.slice([0, 0], [-1, length - 1])], 1));
        return this.apply(toIds('logits', ids, this.vocabSize), ctx) as tf.Tensor3D;
      });
    } finally {
      ctx.dispose();
    }
  }

  /** Prompts are read by the encoder, once. */
  beginGeneration(prompts: readonly (readonly number[])[]): Beginning {
    if (prompts.some(({ length }) => length !== prompts[0].length)) {
      fail(
        'generate',
        'an encoder takes texts of one length at once',
        prompts.map(({ length }) => length)
      );
    }
    const ctx = Context.create();
    const encoded = tf.tidy(() => {
      this.encode(toIds('generate', prompts, this.vocabSize), ctx);
      return tf.keep(ctx.getState(ENCODED)!.clone());
    });
    ctx.dispose();
    return {
      rows: prompts.map(() => [this.startId]),
      prepare: (pass) => pass.setState(ENCODED, encoded.clone()),
      dispose: () => encoded.dispose()
    };
  }

  /**
   * Answers a text, or several of one length at once.
   *
   * @throws {SwitchyardError} where an option is out of range.
   */
  async generate(text: string, options?: GenerateOptions): Promise<Generated>;
  async generate(texts: readonly string[], options?: GenerateOptions): Promise<Generated[]>;
  async generate(text: string | readonly string[], options: GenerateOptions = {}): Promise<Generated | Generated[]> {
    const all = await generate(this, typeof text === 'string' ? [text] : text, options);
    return typeof text === 'string' ? all[0] : all;
  }

  /** Writes a folder that transformers opens, as `PretrainedTransformer.export` does. */
  export(folder: string, options: ExportOptions = {}): void {
    exportModel(this, folder, options);
  }
}
