/** One batch on the host. */
export interface Batch {
  /** Token ids, row by sequence; [B * (N + 1)]: position N + 1 is only a target. */
  tokens: Int32Array;
  batchSize: number;
  /** Positions a sequence is trained on, N. */
  length: number;
  /** Domain of each sequence as an index into `domains`; [B]. */
  domains: Int32Array;
}

/** Text to train on, split by file. */
export interface TextData {
  readonly vocabSize: number;
  readonly domains: readonly string[];
  /** sha256 of the text, where it is known: a run is resumed on the same text only. */
  readonly hash?: string;
  /** The sequences of training step `step`; the same for the same seed and step. */
  trainBatch(options: { seed: number; step: number; batchSize: number; length: number }): Batch;
  /** `count` fixed batches that training never sees. */
  validationBatches(options: { batchSize: number; length: number; count: number }): Batch[];
  /** Text of one token, for people. */
  decode(token: number): string;
  /** Tokens of any text, each below `vocabSize`; absent where text cannot be read anew. */
  encode?(text: string): ArrayLike<number>;
}
