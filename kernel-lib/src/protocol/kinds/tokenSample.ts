import type { Count, Index, Numeric, Packed, Text } from './numbers';

/** Consecutive tokens of one text, with what each layer chose for them. */
export interface TokenSample {
  /**
   * Text of each token; T <= 2048.
   * @maxItems 2048
   */
  text: Text[];
  /** Domain of each token as an index into `domains`, or -1; T. */
  domain: Index[];
  /** Expert of each token and choice, best first, -1 where unused; [L][T][K], or packed, [L]. */
  experts: (Index[][] | Packed)[];
  /** Its weight; [L][T][K]. A layer's entry is empty where weights would not fit. */
  weights: Numeric[][][];
  /** What the same tokens were given at earlier steps, ascending; absent where the text changes from step to step. */
  earlier?: EarlierChoices[];
  /** True where the sample was cut to fit. */
  truncated: boolean;
}

/** The choices for the tokens of a sample at one earlier step. */
export interface EarlierChoices {
  step: Count;
  /** As in {@link TokenSample}; [L][T][K], or packed, [L]. */
  experts: (Index[][] | Packed)[];
}
