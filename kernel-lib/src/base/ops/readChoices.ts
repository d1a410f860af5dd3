import { executeSingle, hasCustomOps, tf } from '../backend';
import { expectDtype } from '../core';
import { read } from './read';

/**
 * Facts that the host needs before experts run, in one read: how many of the `logits` [T, E] are not finite, and the
 * `indices` (int32 [T, K]) in rows.
 */
export function readChoices(logits: tf.Tensor, indices: tf.Tensor): { broken: number; indices: Int32Array } {
  expectDtype('ops.readChoices', 'logits', logits, 'float32');
  expectDtype('ops.readChoices', 'indices', indices, 'int32');
  const values = read(() => {
    if (hasCustomOps()) {
      return executeSingle('SwitchyardChoices', {}, [logits, indices]);
    }
    const broken = logits.isFinite().logicalNot().toInt().sum();
    return tf.concat([broken.toInt().expandDims(), indices.flatten()]);
  });
  return { broken: values[0], indices: values.subarray(1) as Int32Array };
}
