import type { tf } from '../../../base/backend';

/** A parameter and which of its entries are kept. */
export interface MaskedParameter {
  /** Path, for example "layers.2.moe.experts.w1". */
  path: string;
  /** Unit that is kept or goes as one. Default "weight". */
  granularity?: string;
  /** Not 0 where an entry is kept; any shape. The caller keeps a tensor. */
  mask: tf.Tensor | { shape: readonly number[]; values: ArrayLike<number> };
  /** Importance of its units in their order. */
  importance?: ArrayLike<number>;
}
