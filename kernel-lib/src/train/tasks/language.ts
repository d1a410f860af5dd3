import { tf } from '../../base/backend';
import { Context, expectInteger, fail } from '../../base/core';
import type { Module } from '../../base/core';
import { crossEntropy } from '../../base/ops';
import type { LanguageModel } from '../../models/language';
import type { Batch, TextData } from '../data';
import { nextTurn } from '../loop/nextTurn';
import { batchTensors } from './parts/batchTensors';
import type { Examples, LogitTask } from './task';

/** Options of `train.tasks.language`. */
export interface LanguageOptions {
  /** Sequences in a batch, B. Default 16. */
  batchSize?: number;
  /** Positions of a sequence, N. Default: the model's context length, else 128. */
  length?: number;
  /** Batches of an evaluation. Default 8. */
  evaluateBatches?: number;
}

/** Mean cross entropy of validation text, in nats a token. */

export type Evaluation = {
  /** Over all sequences. */
  loss: number;
  /** Over the sequences of each domain. */
  domains: Record<string, number>;
};

/**
 * Language modelling: the next token of text, by mean cross entropy in nats a token. What `train.fit(model, text, options)` makes of a text.
 *
 * @throws {SwitchyardError} where an option is out of range; in `fit`, where the model is no language model or too small for the text.
 */
export function language(data: TextData, options: LanguageOptions = {}): LanguageTask {
  return new LanguageTask(data, options, 'train.tasks.language');
}

/** See {@link language}. */
export class LanguageTask implements LogitTask<Batch, Evaluation> {
  readonly kind = 'language';

  /** @param where - Who checks, for errors. */
  constructor(
    readonly text: TextData,
    private readonly options: LanguageOptions,
    private readonly where: string
  ) {
    const { batchSize = 16, length = 1, evaluateBatches = 8 } = options;
    expectInteger(where, 'batchSize', batchSize, 1);
    expectInteger(where, 'length', length, 1);
    expectInteger(where, where === 'train.evaluate' ? 'batches' : 'evaluateBatches', evaluateBatches, 1);
  }

  get hash(): string | undefined {
    return this.text.hash;
  }

  get fixed(): { batchSize: number; length: number } {
    const { batchSize = 16, length = 128 } = this.options;
    return { batchSize, length };
  }

  on(model: Module): LanguageTask {
    const { vocabSize, contextLength } = languageModel(this.where, model);
    const { length = contextLength ?? 128 } = this.options;
    expectInteger(this.where, 'length', length, 1, contextLength);
    if (this.text.vocabSize > vocabSize) {
      fail(this.where, `the data's vocabulary must fit the model's (${vocabSize})`, this.text.vocabSize);
    }
    return new LanguageTask(this.text, { ...this.options, length }, this.where);
  }

  batch(step: number, seed: number): Batch {
    return this.text.trainBatch({ seed, step, ...this.fixed });
  }

  tokens(batch: Batch): Batch {
    return batch;
  }

  examples(model: Module, batch: Batch): Examples {
    const { inputs, targets } = batchTensors(batch, languageModel(this.where, model).vocabSize);
    return { inputs, labels: targets };
  }

  loss(model: Module, batch: Batch, ctx: Context): tf.Scalar {
    const losses = this.losses(model, batch, ctx);
    if (ctx.wants('losses')) {
      ctx.publish({ kind: 'losses', path: '', losses: losses.dataSync<'float32'>() });
    }
    return losses.mean<tf.Scalar>();
  }

  async evaluate(model: Module): Promise<Evaluation> {
    const { text } = this;
    const sums = text.domains.map(() => ({ loss: 0, sequences: 0 }));
    const count = this.options.evaluateBatches ?? 8;
    for (const batch of text.validationBatches({ ...this.fixed, count })) {
      await nextTurn();
      this.sequenceLosses(model, batch).forEach((loss, b) => {
        const sum = sums[batch.domains[b]];
        sum.loss += loss;
        sum.sequences++;
      });
    }
    const seen = sums.map((sum, d) => ({ ...sum, domain: text.domains[d] })).filter(({ sequences }) => sequences > 0);
    const total = seen.reduce((all, { loss, sequences }) => [all[0] + loss, all[1] + sequences], [0, 0]);
    return {
      loss: total[0] / total[1],
      domains: Object.fromEntries(seen.map(({ domain, loss, sequences }) => [domain, loss / sequences]))
    };
  }

  /** Cross entropy of each token; [T]. */
  private losses(model: Module, batch: Batch, ctx: Context): tf.Tensor1D {
    const { inputs, labels } = this.examples(model, batch);
    const logits = model.apply(inputs, ctx).reshape<tf.Tensor2D>([labels.size, -1]);
    return crossEntropy(logits, labels);
  }

  /** Mean cross entropy of each sequence; [B]. */
  private sequenceLosses(model: Module, batch: Batch): Float32Array {
    const ctx = Context.create();
    try {
      return tf.tidy(() => {
        const losses = this.losses(model, batch, ctx).reshape([batch.batchSize, batch.length]).mean(1);
        return losses.dataSync() as Float32Array;
      });
    } finally {
      ctx.dispose();
    }
  }
}

function languageModel(where: string, model: Module): LanguageModel {
  const { vocabSize } = model as Partial<LanguageModel>;
  return typeof vocabSize === 'number'
    ? (model as LanguageModel)
    : fail(where, 'the model must be a language model, with a vocabSize', model.kind);
}
