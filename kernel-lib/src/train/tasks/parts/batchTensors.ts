import { tf } from '../../../base/backend';
import { fail, showShape } from '../../../base/core';
import type { Batch } from '../../data';

/** A batch on the device. */
export interface BatchTensors {
  /** Token ids; int32 [B, N]. */
  inputs: tf.Tensor2D;
  /** The token after each of them; int32 [T], T = B * N. */
  targets: tf.Tensor1D;
}

/**
 * Puts a batch on the device. This is where token ids enter, so this is where they are checked.
 *
 * @throws {SwitchyardError} where the batch is empty, has another shape than it says, or ids are not in 0..V-1.
 */
export function batchTensors(batch: Batch, vocabSize: number): BatchTensors {
  const { tokens, batchSize, length, domains } = batch;
  if (batchSize < 1 || length < 1 || tokens.length !== batchSize * (length + 1) || domains.length !== batchSize) {
    const rule = `a batch must hold ${showShape(['batchSize', 'length + 1'])} tokens and a domain for each sequence`;
    fail('train.batch', rule, { batchSize, length, tokens: tokens.length, domains: domains.length });
  }
  const outside = tokens.findIndex((token) => token < 0 || token >= vocabSize);
  if (outside >= 0) {
    const at = `sequence ${Math.floor(outside / (length + 1))}, position ${outside % (length + 1)}`;
    fail('train.batch', `token ids must be 0..${vocabSize - 1}; at ${at}`, tokens[outside]);
  }
  const inputs = new Int32Array(batchSize * length);
  const targets = new Int32Array(batchSize * length);
  for (let b = 0; b < batchSize; b++) {
    const row = b * (length + 1);
    inputs.set(tokens.subarray(row, row + length), b * length);
    targets.set(tokens.subarray(row + 1, row + 1 + length), b * length);
  }
  return { inputs: tf.tensor2d(inputs, [batchSize, length], 'int32'), targets: tf.tensor1d(targets, 'int32') };
}
