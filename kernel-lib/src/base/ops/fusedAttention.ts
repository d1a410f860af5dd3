import { executeMultiple, hasCustomOps, tf } from '../backend';
import { withGradient } from './gradient';

export interface FusedHeads {
  heads: number;
  /** Heads of keys and values; they divide the heads. */
  groups: number;
  /** Query i of N sees the keys up to M - N + i, of M; else all. */
  causal: boolean;
  /** Factor of the queries. */
  scale: number;
}

/** Whether {@link fusedAttention} can run: it is a pair of custom ops. */
export function fusesAttention(): boolean {
  return hasCustomOps();
}

/**
 * Attention in one op each way (arXiv 1706.03762; in blocks of queries, whose scores are made anew on the way back, arXiv 2205.14135): queries
 * [B, N, heads x W], keys [B, M, groups x W] and values [B, M, groups x U] as they were projected; [B, N, heads x U]. Within a tidy.
 */
export function fusedAttention(query: tf.Tensor, key: tf.Tensor, value: tf.Tensor, options: FusedHeads): tf.Tensor {
  return attend([query, key, value], options);
}

/** {@link fusedAttention} of what one product projected, [B, N, heads x W + 2 groups x W]: queries, then keys, then values. */
export function fusedSelfAttention(qkv: tf.Tensor, options: FusedHeads): tf.Tensor {
  return attend([qkv], options);
}

function attend(inputs: tf.Tensor[], { scale, ...sizes }: FusedHeads): tf.Tensor {
  const attributes = { ...sizes, packed: inputs.length === 1 };
  // A packed one is all three: the op reads the first.
  const three = (parts: tf.Tensor[]): tf.Tensor[] => [0, 1, 2].map((i) => parts[i] ?? parts[0]);
  return withGradient(
    inputs,
    (save) => {
      const [mixed, level] = executeMultiple(
        'SwitchyardAttention',
        attributes,
        [...three(inputs), tf.scalar(scale)],
        2
      );
      save([...inputs, mixed, level]);
      return mixed;
    },
    (dy, saved) => {
      const [mixed, level] = saved.slice(inputs.length);
      const operands = [dy, ...three(saved.slice(0, inputs.length)), mixed, level, tf.scalar(scale)];
      return executeMultiple('SwitchyardAttentionGrad', attributes, operands, 3).slice(0, inputs.length);
    }
  );
}
