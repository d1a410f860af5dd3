import { createHash } from 'crypto';
import { tf } from '../../../base/backend';
import { expectInteger, fail, Random, showShape } from '../../../base/core';

/** Rows of tensors that belong together, such as inputs and targets, or labels on the host; the caller keeps the tensors, while a run needs them. */
export class Rows {
  readonly count: number;
  private order: { seed: number; epoch: number; rows: Int32Array } | null = null;
  private digest: string | null = null;

  /** @throws {SwitchyardError} where there are no rows, or not as many of each tensor. */
  constructor(
    where: string,
    private readonly tensors: readonly tf.Tensor[],
    readonly batchSize: number,
    private readonly labels: Int32Array | null = null
  ) {
    const counts = [...tensors.map(({ shape }) => shape[0] ?? 0), ...(labels === null ? [] : [labels.length])];
    this.count = counts[0];
    if (counts.some((count) => count !== this.count) || this.count === 0) {
      fail(where, 'inputs and what belongs to them must have as many rows, at least one', counts);
    }
    expectInteger(where, 'batchSize', batchSize, 1);
  }

  /** Numbers of the rows of step `step`, from 1; [B]. Each epoch goes through all rows once, in an order of its own. */
  draw(step: number, seed: number): Int32Array {
    const first = (step - 1) * this.batchSize;
    return Int32Array.from({ length: this.batchSize }, (_, b) => {
      const at = first + b;
      return this.inOrder(seed, Math.floor(at / this.count))[at % this.count];
    });
  }

  /** All rows in turn, in batches; the last may be smaller. */
  all(): Int32Array[] {
    const starts = Array.from({ length: Math.ceil(this.count / this.batchSize) }, (_, i) => i * this.batchSize);
    return starts.map((start) =>
      Int32Array.from({ length: Math.min(this.batchSize, this.count - start) }, (_, b) => start + b)
    );
  }

  /** These rows of each tensor. */
  take(rows: Int32Array): tf.Tensor[] {
    const at = tf.tensor1d(rows, 'int32');
    return this.tensors.map((tensor) => tf.gather(tensor, at));
  }

  /** The labels of these rows. */
  labelsOf(rows: Int32Array): Int32Array {
    return rows.map((row) => this.labels![row]);
  }

  /** sha256 of all values, read when it is first asked for. */
  hash(): string {
    if (this.digest === null) {
      const hash = createHash('sha256');
      for (const tensor of this.tensors) {
        const values = tensor.dataSync();
        hash.update(`${tensor.dtype} ${showShape(tensor.shape)}\n`);
        hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
      }
      hash.update(this.labels ?? '');
      this.digest = hash.digest('hex');
    }
    return this.digest;
  }

  private inOrder(seed: number, epoch: number): Int32Array {
    if (this.order?.seed !== seed || this.order.epoch !== epoch) {
      const numbers = Array.from({ length: this.count }, (_, i) => i);
      const rows = Int32Array.from(Random.fromSeed(seed).child('batch').child(epoch).shuffle(numbers));
      this.order = { seed, epoch, rows };
    }
    return this.order.rows;
  }
}
