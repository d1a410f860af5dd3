/** @file What the reader looks at: shared by all pictures of a panel, and kept when the panel goes. */

export interface IView {
  tab: string;
  /** Index of the layer in view. */
  layer: number;
  /** The run in view; null follows the newest. */
  run: string | null;
  /** The expert that every picture marks; null where none is chosen. */
  expert: number | null;
  /** The step that is replayed; null for the newest. */
  step: number | null;
  /** Choices of the reader in single pictures, by "<picture>.<choice>". */
  choices: Readonly<Record<string, string>>;
}

export const FIRST_VIEW: IView = { tab: 'load', layer: 0, run: null, expert: null, step: null, choices: {} };
