import type { Module, Observer } from '../../../base/core';

/** A writing that begins. */
export interface GenerationInfo {
  model: Module;
  /** Ids of the prompts, [B] of any length. */
  promptIds: readonly (readonly number[])[];
  maxNewTokens: number;
  /** Text of one token, for people. */
  decode: (token: number) => string;
  /** Text of ids in a row. */
  decodeText: (ids: readonly number[]) => string;
}

/** A pass of a model that writes. */
export interface GenerationPass {
  /** Ids that it takes, [B, N]: first the prompts, padded on the left, then what was written last; of a model that keeps no keys and values, all. */
  rows: readonly (readonly number[])[];
  /** Places of padding before each row, [B]; in every pass that begins with the prompts. */
  padding: readonly number[];
}

/** Watches a text that a model writes; `show.generation()` is such a watcher. */
export interface GenerationWatcher {
  start(info: GenerationInfo): void;
  /** A pass begins; its events follow through `observers`. */
  pass(pass: GenerationPass): void;
  readonly observers?: readonly Observer[];
  /** A pass is over; texts of the continuations so far, [B]. */
  step(step: number, texts: readonly string[]): void;
  end(status: 'finished' | 'stopped' | 'failed', error: Error | null): void;
}
