import { executeSingle, hasCustomOps, tf } from '../backend';
import { onTape } from './gradient';

export interface KeptHeads {
  heads: number;
  groups: number;
  /** Factor of the queries. */
  scale: number;
  /** Cosines and sines that turn queries and keys, [2, N, turned / 2]; null where nothing does. */
  angles: tf.Tensor | null;
  /** Keys that are kept, [B, groups, C, W]: the new ones are written into it, behind the first `length` places. */
  keys: tf.Tensor;
  /** Values that are kept, [B, groups, C, U]; the same. */
  values: tf.Tensor;
  /** Places that hold keys and values. */
  length: number;
}

/** Whether {@link attendKept} can run: it is a custom op without a gradient. */
export function attendsKept(): boolean {
  return hasCustomOps() && !onTape();
}

/**
 * Causal attention of N new places and those that are kept, in one op: queries [B, N, heads x W], keys [B, N, groups x W] and values
 * [B, N, groups x U] as they were projected; [B, N, heads x U].
 */
export function attendKept(query: tf.Tensor, key: tf.Tensor, value: tf.Tensor, options: KeptHeads): tf.Tensor {
  const { heads, groups, scale, angles, keys, values, length } = options;
  return tf.tidy(() =>
    executeSingle('SwitchyardAttendKept', { heads, groups }, [
      ...[query, key, value, angles ?? tf.zeros([0]), keys, values],
      ...[tf.tensor1d([length], 'int32'), tf.scalar(scale)]
    ])
  );
}
