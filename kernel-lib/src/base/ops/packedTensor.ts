import { executeSingle, hasCustomOps, isNative, tf } from '../backend';
import { fail } from '../core';
import type { Packed } from '../core';
import { bytesOf, decodeValues, unitOf } from './formats/decodeValues';

/** How matrices lie in packed bytes: one after the other, row by row. */
export interface PackedLayout {
  /** As files name it: "BF16", "Q4_1". */
  format: string;
  /** Matrices, E; null where the value is one matrix and not a stack. */
  matrices: number | null;
  /** N. */
  rows: number;
  /** K, innermost: whole blocks of the format. */
  columns: number;
  /** Whether the value is [E, K, N], as of a layer [in, out] whose file has [out, in]. */
  transposed: boolean;
}

/**
 * Matrices that stay as a file stores them: bytes in words of 32 bits, decoded where they are used. Products and rows are those of
 * `ops.multiply`, `ops.multiplyGroups` and `ops.lookUp`.
 */
export class PackedTensor implements Packed {
  private constructor(
    /** int32, the last one padded. */
    readonly words: tf.Tensor1D,
    readonly layout: PackedLayout
  ) {}

  /**
   * From bytes in one piece or several, which stay the caller's.
   *
   * @throws {SwitchyardError} where there are not as many as the layout says, or rows are not whole blocks.
   */
  static from(pieces: readonly Uint8Array[], layout: PackedLayout): PackedTensor {
    const { format, matrices, rows, columns } = layout;
    const where = 'ops.PackedTensor';
    const unit = unitOf(where, format);
    if (columns % unit !== 0) {
      fail(where, `a row of ${format} must be whole blocks of ${unit} values`, columns);
    }
    const expected = bytesOf(where, format, (matrices ?? 1) * rows * columns);
    const size = pieces.reduce((sum, { length }) => sum + length, 0);
    if (size !== expected) {
      fail(where, `the values must take ${expected} bytes`, size);
    }
    return new PackedTensor(upload(pieces, size), layout);
  }

  get format(): string {
    return this.layout.format;
  }

  get shape(): number[] {
    const { matrices, rows, columns, transposed } = this.layout;
    return [...(matrices === null ? [] : [matrices]), ...(transposed ? [columns, rows] : [rows, columns])];
  }

  get bytes(): number {
    return 4 * this.words.size;
  }

  unpack(): tf.Tensor {
    const { format, matrices, rows, columns, transposed } = this.layout;
    const count = matrices ?? 1;
    if (hasCustomOps()) {
      const attributes = { format, matrices: count, rows, columns, transpose: transposed };
      return tf.tidy(() => executeSingle('SwitchyardUnpack', attributes, [this.words]).reshape(this.shape));
    }
    return tf.tidy(() => {
      const values = tf.tensor(this.decode(), [count, rows, columns]);
      return (transposed ? values.transpose([0, 2, 1]) : values).reshape(this.shape);
    });
  }

  dispose(): void {
    this.words.dispose();
  }

  private decode(): Float32Array {
    const { format, matrices, rows, columns } = this.layout;
    const count = (matrices ?? 1) * rows * columns;
    const { buffer, byteOffset } = this.words.dataSync<'int32'>();
    const bytes = Buffer.from(buffer, byteOffset, bytesOf('ops.PackedTensor', format, count));
    return decodeValues('ops.PackedTensor', format, bytes, count);
  }
}

// Kept for as long as the program does not wait: a model that is opened needs one, and not one a tensor, which JavaScript frees when it likes.
let scratch = new WeakRef(new Int32Array(0));

/** Room for so many words, which is overwritten at the next call. */
function room(count: number): Int32Array {
  const kept = scratch.deref();
  if (kept !== undefined && kept.length > count) {
    return kept;
  }
  const made = new Int32Array(count + 1);
  scratch = new WeakRef(made);
  return made;
}

/** Words with these bytes, on the device by the time that it returns. */
function upload(pieces: readonly Uint8Array[], size: number): tf.Tensor1D {
  const count = Math.ceil(size / 4);
  // TensorFlow shares memory with an array that begins at a multiple of 64 bytes, and copies any other: this one never does.
  const own = isNative() ? room(count).subarray(1, count + 1) : new Int32Array(count);
  const bytes = new Uint8Array(own.buffer, own.byteOffset, 4 * count);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  bytes.fill(0, at);
  if (!isNative()) {
    return tf.tensor1d(own, 'int32');
  }
  const words = tf.tensor1d(own, 'int32');
  try {
    return executeSingle('Identity', { T: 'int32' }, [words]) as tf.Tensor1D;
  } finally {
    words.dispose();
  }
}
