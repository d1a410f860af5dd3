/**
 * @file The scale that colours loads in every picture of every run, in panels and in static pictures: the same colour is the
 * same multiple of the fair share, whatever else a picture shows.
 */

/** Loads of this many times the fair share, and more, have one colour. */
export const MOST_LOAD = 16;

/** Multiples of the fair share that legends name. */
export const LOAD_MARKS: readonly number[] = [0, 0.5, 1, 2, 4, 8, MOST_LOAD];

/**
 * The place of a load on the scale: -1 for none, 0 for the fair share, 1 for {@link MOST_LOAD} times it and more.
 * Linear below the fair share; above it each doubling is as far as the last.
 */
export function loadPosition(timesFair: number): number {
  return timesFair <= 1 ? Math.max(0, timesFair) - 1 : Math.min(1, Math.log2(timesFair) / Math.log2(MOST_LOAD));
}

/** A mark in words: "½×"; the last one stands for all above it as well. */
export function loadMark(timesFair: number): string {
  const number = timesFair === 0.5 ? '½' : String(timesFair);
  return timesFair >= MOST_LOAD ? `≥${number}×` : `${number}×`;
}
