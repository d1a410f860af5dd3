import type { tf } from '../backend';

/** A value that is kept in fewer bits than float32, as a file stores it, and is made float32 where it is needed. It is read only. */
export interface Packed {
  /** Of the format: "BF16", "Q4_1". */
  readonly format: string;
  /** Of the value. */
  readonly shape: readonly number[];
  /** Bytes that it takes. */
  readonly bytes: number;
  /** The value as float32. */
  unpack(): tf.Tensor;
  dispose(): void;
}
