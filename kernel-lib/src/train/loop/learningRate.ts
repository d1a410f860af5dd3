/** How the learning rate moves over a run. */
export interface LearningRateOptions {
  /** Highest rate, reached when the warm-up ends. */
  learningRate: number;
  /** Steps of linear warm-up. */
  warmup: number;
  /** Steps of the run. */
  steps: number;
  /** "cosine" falls to `finalFraction` of the highest rate at the last step; "constant" stays. */
  schedule: 'cosine' | 'constant';
  /** Fraction of the rate that is left at the last step of "cosine". */
  finalFraction: number;
}

/**
 * Learning rate of step `step` (the first is 1): a linear warm-up, then half a period of a cosine (SGDR without
 * restarts, arXiv 1608.03983, eq. 5).
 */
export function learningRateAt(step: number, options: LearningRateOptions): number {
  const { learningRate, warmup, steps, schedule, finalFraction } = options;
  if (step <= warmup) {
    return (learningRate * step) / warmup;
  }
  if (schedule === 'constant') {
    return learningRate;
  }
  const done = Math.min(1, (step - warmup) / Math.max(1, steps - warmup));
  return learningRate * (finalFraction + ((1 - finalFraction) * (1 + Math.cos(Math.PI * done))) / 2);
}
