import type { AnyFamily, Family } from './family';
import type { Checkpoint } from './openFolder';
import type { HubTokenizer } from './tokenizer';

/** Where an opened model comes from, and what goes with it. */
export interface Origin<F extends AnyFamily = Family> {
  checkpoint: Checkpoint;
  family: F;
  tokenizer: HubTokenizer;
  /** Ids that end a text. */
  endIds: readonly number[];
}
