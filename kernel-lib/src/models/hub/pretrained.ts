import { tf } from '../../base/backend';
import { Context, expectInteger, fail } from '../../base/core';
import type { Random } from '../../base/core';
import type { PagePool } from '../../base/ops/pagePool';
import type { BlockModelOptions } from '../blockModel';
import { Transformer } from '../language';
import type { TransformerOptions } from '../language';
import { cardOf } from './card';
import type { ModelCard } from './card';
import { exportModel } from './exportModel';
import type { ExportOptions } from './exportModel';
import { generate } from './generate/generate';
import type { GenerateOptions, Generated } from './generate/contract';
import type { Beginning } from './generate/writing';
import type { Origin } from './origin';
import type { HubTokenizer } from './tokenizer';

/** Options of `logits`. */
export interface LogitsOptions {
  /** Ids that the decoder is to write, [B, N]: it reads them one place later. For models that read one sequence and write another. */
  labels?: readonly (readonly number[])[] | tf.Tensor2D;
}

/** A `Transformer` that `models.open` opened: it has its tokenizer, and continues texts. */
export class PretrainedTransformer extends Transformer {
  /** Memory of the experts that are read lazily, whose `report` says its hits; null where all are read. */
  expertCache: PagePool | null = null;

  constructor(
    options: TransformerOptions,
    /** Where it comes from. */
    readonly origin: Origin,
    random?: Random
  ) {
    super(options, random);
  }

  /** Card: what there is to know of it at a glance. */
  get card(): ModelCard {
    return cardOf(this, this.origin);
  }

  /** Texts to ids and back. */
  get tokenizer(): HubTokenizer {
    return this.origin.tokenizer;
  }

  override rebuild(changes: Partial<BlockModelOptions>, random?: Random): PretrainedTransformer {
    return new PretrainedTransformer({ ...this.options, ...changes }, this.origin, random);
  }

  /** The prompt is what is continued. */
  beginGeneration(prompts: readonly (readonly number[])[]): Beginning {
    return { rows: prompts, prepare: () => undefined };
  }

  /**
   * Logits outside training: ids [B, N] to [B, N, V].
   *
   * @throws {SwitchyardError} where an id is not in the vocabulary, or there are more positions than the context has.
   */
  logits(ids: readonly (readonly number[])[] | tf.Tensor2D, { labels }: LogitsOptions = {}): tf.Tensor3D {
    if (labels !== undefined) {
      fail('logits', 'labels are for models that read one sequence and write another', labels);
    }
    const ctx = Context.create();
    const tokens = toIds('logits', ids, this.vocabSize);
    try {
      return this.apply(tokens, ctx) as tf.Tensor3D;
    } finally {
      ctx.dispose();
      tokens.dispose();
    }
  }

  /**
   * Writes a folder that transformers opens, and computes the same with: `config.json`, safetensors, tokenizer. Values that have not changed are
   * written bit for bit as they were read.
   *
   * @throws {SwitchyardError} where the folder is not empty, or the model has become something that its architecture cannot say; `io.saveModel`
   * saves that.
   */
  export(folder: string, options: ExportOptions = {}): void {
    exportModel(this, folder, options);
  }

  /**
   * Continues a text, or several at once.
   *
   * @throws {SwitchyardError} where an option is out of range, or prompt and continuation do not fit the context.
   */
  async generate(text: string, options?: GenerateOptions): Promise<Generated>;
  async generate(texts: readonly string[], options?: GenerateOptions): Promise<Generated[]>;
  async generate(text: string | readonly string[], options: GenerateOptions = {}): Promise<Generated | Generated[]> {
    const all = await generate(this, typeof text === 'string' ? [text] : text, options);
    return typeof text === 'string' ? all[0] : all;
  }
}

/** Ids [B, N] as int32, checked; the caller's stay as they are. */
export function toIds(
  where: string,
  ids: readonly (readonly number[])[] | tf.Tensor2D,
  vocabSize: number
): tf.Tensor2D {
  const rows = ids instanceof tf.Tensor ? (ids.arraySync() as number[][]) : ids;
  if (rows.length === 0 || rows[0].length === 0 || rows.some((row) => row.length !== rows[0].length)) {
    fail(
      where,
      'ids must be rows of one length, of at least one id',
      rows.map((row) => row.length)
    );
  }
  rows.forEach((row) => row.forEach((id) => expectInteger(where, 'ids', id, 0, vocabSize - 1)));
  return tf.tensor2d(
    rows.map((row) => [...row]),
    undefined,
    'int32'
  );
}
