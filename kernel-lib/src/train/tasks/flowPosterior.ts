import { tf } from '../../base/backend';
import { fail } from '../../base/core';
import type { Context, Module } from '../../base/core';
import { crossEntropy } from '../../base/ops';
import { between, flowBatch } from './flow';
import type { FlowBatch } from './flow';
import { Rows } from './parts/rows';
import type { Task } from './task';

/** Options of `train.tasks.flowPosterior`. */
export interface FlowPosteriorOptions {
  /** The parts of the data, [n_k, D] each; the caller keeps them, while a run needs them. */
  parts: readonly tf.Tensor2D[];
  /** Points of a step, B. Default 128. */
  batchSize?: number;
}

/**
 * Which of the parts of the data a point between noise and data comes from, by the parts' sizes: the router of decentralized flows (arXiv
 * 2501.05450). The model is given what `flow`'s is, and gives logits of the parts, [B, K]; the loss is their mean cross entropy.
 *
 * @throws {SwitchyardError} where there is no part, or the batch size is out of range.
 */
export function flowPosterior({ parts, batchSize = 128 }: FlowPosteriorOptions): Task<FlowBatch> {
  if (parts.length === 0) {
    fail('train.tasks.flowPosterior', 'there must be a part', parts.length);
  }
  const labels = Int32Array.from(parts.flatMap((part, k) => new Array<number>(part.shape[0]).fill(k)));
  const hashes = parts.map((part) => new Rows('train.tasks.flowPosterior', [part], batchSize));
  return {
    kind: 'flow-posterior',
    fixed: { batchSize, parts: parts.length },
    get hash() {
      return hashes.map((rows) => rows.hash()).join(' ');
    },
    batch: flowBatch,
    loss: (model: Module, { random }: FlowBatch, ctx: Context) => {
      const { inputs, rows } = between(tf.concat([...parts]), random, batchSize);
      const right = tf.gather(tf.tensor1d(labels, 'int32'), rows).toInt();
      return crossEntropy(model.apply(inputs, ctx) as tf.Tensor2D, right).mean<tf.Scalar>();
    }
  };
}
