import { tf } from '../../base/backend';
import { fail } from '../../base/core';
import type { Context, Module } from '../../base/core';
import { crossEntropy } from '../../base/ops';
import { classesOf, expectLogits } from './parts/logits';
import { sumOver } from './parts/measure';
import { Rows } from './parts/rows';
import type { Examples, LogitTask } from './task';

/** Inputs and the class of each. */
export interface LabelledData {
  /** [n, ...]; the caller keeps it, while a run needs it. */
  inputs: tf.Tensor;
  /** Class of each input, from 0; [n]. */
  labels: ArrayLike<number>;
}

export interface ClassificationOptions extends LabelledData {
  /** Validation data. Default: the model is not measured. */
  validation?: LabelledData;
  /** Inputs of a step, B. Default 32. */
  batchSize?: number;
}

/** Mean cross entropy in nats, and the share of inputs whose class has the highest logit. */

export type ClassificationMetrics = { loss: number; accuracy: number };

/** Numbers of the rows of a step, and their classes; [B] each. */
export interface LabelledBatch {
  rows: Int32Array;
  labels: Int32Array;
}

/**
 * Classification: the model gives logits of classes, [B, C], for inputs [B, ...]; the loss is their mean cross entropy. Each epoch goes
 * through the inputs in an order of its own.
 *
 * @throws {SwitchyardError} where there is not a class, a whole number from 0, for each input; in `fit`, where logits are not [B, C] with C
 * above every class.
 */
export function classification(
  options: ClassificationOptions
): LogitTask<LabelledBatch, ClassificationMetrics> & { readonly fixed: { batchSize: number } } {
  const { validation, batchSize = 32 } = options;
  const seen = labelled(options, batchSize);
  const unseen = validation && labelled(validation, batchSize);
  const examples = (_model: Module, { rows, labels }: LabelledBatch): Examples => ({
    inputs: seen.rows.take(rows)[0],
    labels: tf.tensor1d(labels, 'int32')
  });
  return {
    kind: 'classification',
    fixed: { batchSize },
    get hash() {
      return seen.rows.hash();
    },
    batch: (step, seed) => {
      const rows = seen.rows.draw(step, seed);
      return { rows, labels: seen.rows.labelsOf(rows) };
    },
    examples,
    loss: (model, batch, ctx) => {
      const { inputs, labels } = examples(model, batch);
      return crossEntropy(logitsOf(model, inputs, seen.classes, ctx), labels).mean<tf.Scalar>();
    },
    ...(unseen && {
      evaluate: async (model: Module) => {
        const [loss, right] = await sumOver(unseen.rows, ([inputs], ctx, batch) => {
          const labels = tf.tensor1d(unseen.rows.labelsOf(batch), 'int32');
          const logits = logitsOf(model, inputs, unseen.classes, ctx);
          const hits = logits.argMax(1).toInt().equal(labels).toFloat();
          return tf.stack([crossEntropy(logits, labels).sum(), hits.sum()]) as tf.Tensor1D;
        });
        return { loss: loss / unseen.rows.count, accuracy: right / unseen.rows.count };
      }
    })
  };
}

const WHERE = 'train.tasks.classification';

function labelled({ inputs, labels }: LabelledData, batchSize: number): { rows: Rows; classes: number } {
  const wrong = Array.from(labels).find((label) => !(Number.isInteger(label) && label >= 0));
  if (wrong !== undefined) {
    fail(WHERE, 'labels must be whole numbers from 0', wrong);
  }
  const own = Int32Array.from(labels);
  return {
    rows: new Rows(WHERE, [inputs], batchSize, own),
    classes: classesOf(own)
  };
}

function logitsOf(model: Module, inputs: tf.Tensor, classes: number, ctx: Context): tf.Tensor2D {
  return expectLogits(WHERE, model.apply(inputs, ctx), { rows: inputs.shape[0], classes });
}
