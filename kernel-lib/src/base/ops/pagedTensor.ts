import { tf } from '../backend';
import type { Packed } from '../core';
import { bytesOf } from './formats/decodeValues';
import type { PageOwner, PagePool } from './pagePool';
import { PackedTensor } from './packedTensor';
import type { PackedLayout } from './packedTensor';

/** Matrices of a stack that are read one by one. */
export interface PageSource {
  /** Matrices, E. */
  count: number;
  /** How each of them lies; `matrices` is null. */
  layout: PackedLayout;
  /** Reads the bytes of one matrix, as many as the layout says. */
  read(matrix: number, into: Uint8Array): void;
}

/**
 * Stack of matrices [E, K, N] of which only those are in memory that products have used lately: a {@link PagePool} holds them, and says which leave. Read only; `ops.multiplyGroups`
 * is its product.
 */
export class PagedTensor implements Packed, PageOwner {
  /** Bytes of one matrix. */
  readonly pageBytes: number;

  constructor(
    readonly source: PageSource,
    private readonly pool: PagePool
  ) {
    const { format, rows, columns } = source.layout;
    this.pageBytes = bytesOf('ops.PagedTensor', format, rows * columns);
    pool.add(this);
  }

  get count(): number {
    return this.source.count;
  }

  get format(): string {
    return this.source.layout.format;
  }

  get shape(): number[] {
    const { rows, columns, transposed } = this.source.layout;
    return [this.count, ...(transposed ? [columns, rows] : [rows, columns])];
  }

  /** Of the matrices that are in memory. */
  get bytes(): number {
    return this.pool.held(this) * this.pageBytes;
  }

  /** Matrices that fit in memory at once, of all that the pool is for. */
  get capacity(): number {
    return this.pool.capacity;
  }

  /** Some of the matrices, at most {@link capacity} and each once; they are the pool's, which may free them at its next use. */
  pages(matrices: readonly number[]): PackedTensor[] {
    return this.pool.take(this, matrices);
  }

  /** All of them as float32, none of which stays in the pool. */
  unpack(): tf.Tensor {
    return tf.tidy(() => {
      const all = Array.from({ length: this.count }, (_, matrix) => {
        const page = this.readPage(matrix);
        const value = page.unpack();
        page.dispose();
        return value;
      });
      return tf.stack(all);
    });
  }

  /** One matrix, read from where it is; the pool keeps count of those that it asks for. */
  readPage(matrix: number): PackedTensor {
    const into = new Uint8Array(this.pageBytes);
    this.source.read(matrix, into);
    const page = PackedTensor.from([into], this.source.layout);
    // It outlives the pass that needs it first.
    tf.keep(page.words);
    return page;
  }

  dispose(): void {
    this.pool.drop(this);
  }
}
