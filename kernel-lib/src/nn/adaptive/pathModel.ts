import type { Module } from '../../base/core';

/** A causal language model whose blocks choose by `adaptive.pathRouter`: `models.duoLLM`, and any transformer built like it. */
export interface PathModel extends Module {
  readonly options: {
    readonly heads: number;
    /** V. */
    readonly vocabSize: number;
    /** One a block; L. */
    readonly feedForwards: readonly unknown[];
  };
}
