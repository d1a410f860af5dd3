/** Shape of a pass whose cost is asked for. */
export interface CostShape {
  /** Positions of a sequence, N. */
  length: number;
  /** Tokens of a pass, over which work is spread that is done once a pass. Default N. */
  tokens?: number;
}

/** Cost of a module on one token. */
export interface Cost {
  /** Operations, matrix products only, a multiplication and an addition counted as two; null where a module does not say. */
  flops: number | null;
  /** Stored values of its parameters. */
  parameters: number;
  /** Bytes of its parameters and buffers as stored. */
  bytes: number;
}
