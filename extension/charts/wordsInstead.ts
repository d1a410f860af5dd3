/** @file A picture that has nothing to draw says why. */
import type { IFigure } from './figure';

/** A sentence where the picture would be. */
export function wordsInstead(sentence: string): IFigure {
  return { data: [], layout: {}, summary: sentence, table: { columns: [], rows: [] } };
}
