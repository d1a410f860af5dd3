import { tf } from '../../base/backend';
import { Context, expectInteger } from '../../base/core';
import { crossEntropy } from '../../base/ops';
import type { LanguageModel } from '../../models/language';
import type { Batch, TextData } from '../data';
import { batchTensors } from './batchTensors';
import { nextTurn } from './nextTurn';
import { resolveShape } from './options';
import type { EvaluateOptions } from './options';

/** Mean cross entropy of validation text, in nats a token. */
export interface Evaluation {
  /** Over all sequences. */
  loss: number;
  /** Over the sequences of each domain. */
  domains: Record<string, number>;
}

/** Measures a model on validation text, with nothing that only training does (noise, balance updates). */
export async function evaluate(
  model: LanguageModel,
  data: TextData,
  options: EvaluateOptions = {}
): Promise<Evaluation> {
  const { batchSize, length } = resolveShape('train.evaluate', options, model, data);
  const { batches: count = 8 } = options;
  expectInteger('train.evaluate', 'batches', count, 1);
  const sums = data.domains.map(() => ({ loss: 0, sequences: 0 }));
  for (const batch of data.validationBatches({ batchSize, length, count })) {
    await nextTurn();
    sequenceLosses(model, batch).forEach((loss, b) => {
      const sum = sums[batch.domains[b]];
      sum.loss += loss;
      sum.sequences++;
    });
  }
  const seen = sums.map((sum, d) => ({ ...sum, domain: data.domains[d] })).filter(({ sequences }) => sequences > 0);
  const total = seen.reduce((all, { loss, sequences }) => [all[0] + loss, all[1] + sequences], [0, 0]);
  return {
    loss: total[0] / total[1],
    domains: Object.fromEntries(seen.map(({ domain, loss, sequences }) => [domain, loss / sequences]))
  };
}

/** Mean cross entropy of each sequence; [B]. */
function sequenceLosses(model: LanguageModel, batch: Batch): Float32Array {
  const ctx = Context.create();
  try {
    return tf.tidy(() => {
      const { inputs, targets } = batchTensors(batch, model.vocabSize);
      const logits = model.apply(inputs, ctx).reshape<tf.Tensor2D>([targets.size, -1]);
      const losses = crossEntropy(logits, targets).reshape([batch.batchSize, batch.length]).mean(1);
      return losses.dataSync() as Float32Array;
    });
  } finally {
    ctx.dispose();
  }
}
