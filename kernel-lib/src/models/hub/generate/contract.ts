import type { Observer } from '../../../base/core';
import type { SamplerOptions } from './sampler';
import type { GenerationWatcher } from './watcher';

/** Options of `generate`. */
export interface GenerateOptions extends SamplerOptions {
  /** Default 64. */
  maxNewTokens?: number;
  /** A text at which it ends; it is cut off. Default: none but the model's end tokens. */
  stop?: string | readonly string[];
  /** Goes on after the model's end tokens. Default false. */
  ignoreEnd?: boolean;
  /** Told each new id and the continuation so far, of sequence `sequence`. */
  onToken?: (token: { id: number; text: string; sequence: number }) => void;
  /** Who observes the passes, routing among them. Default: nobody. */
  observers?: readonly Observer[];
  /** Shows the text while it is written, and the routing of its tokens: `show.generation()`. Default: nobody. */
  watch?: GenerationWatcher;
}

/** A continuation. */
export interface Generated {
  /** Without the prompt, end token and stop text. */
  text: string;
  /** Of the continuation; with what ended it. */
  ids: number[];
  /** Of the prompt. */
  promptIds: number[];
  /** Why it ended: an end token, a stop text, as many tokens as allowed, or the notebook's interrupt. */
  ended: 'end' | 'stop' | 'length' | 'interrupt';
}
