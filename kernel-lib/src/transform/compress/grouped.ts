import type { tf } from '../../base/backend';
import { fail } from '../../base/core';

/** Values that share a scale as rows, and the way back to their shape. */
export interface Grouped {
  /** [groups, values of a group]. */
  rows: tf.Tensor2D;
  restore: (rows: tf.Tensor2D) => tf.Tensor;
}

/**
 * Values of a parameter by groups: all, by output (the last dimension; of banks [E, inputs, outputs], of each expert), or in blocks of inputs of an
 * output.
 *
 * @param name - Of the block, in errors.
 * @throws {SwitchyardError} where a block does not divide the inputs.
 */
export function grouped(where: string, value: tf.Tensor, per: 'tensor' | 'channel' | number, name = 'per'): Grouped {
  if (per === 'tensor' || value.rank < 2) {
    return { rows: value.reshape([1, -1]), restore: (rows) => rows.reshape(value.shape) };
  }
  const outputs = value.shape.at(-1)!;
  const copies = value.rank === 3 ? value.shape[0] : 1;
  const inputs = value.size / outputs / copies;
  if (typeof per === 'number' && inputs % per !== 0) {
    fail(where, `${name} must divide the inputs (${inputs})`, per);
  }
  const byOutput = value.reshape([copies, inputs, outputs]).transpose([0, 2, 1]);
  return {
    rows: byOutput.reshape([-1, typeof per === 'number' ? per : inputs]),
    restore: (rows) => rows.reshape([copies, outputs, inputs]).transpose([0, 2, 1]).reshape(value.shape)
  };
}
