import { expectInteger } from '../../base/core';

/** Options of `telemetry.coActivation`. */
export interface CoActivationOptions {
  /** E. */
  numExperts: number;
  /** K, choices in a row of `indices`. */
  k: number;
}

/**
 * Of the tokens sent to expert i, the share also sent to expert j: N_ij / N_i over all pairs; [E][E], diagonal 1. A row
 * is NaN where its expert was never chosen. The measure of OLMoE (arXiv:2409.02060, section 5.2), whose own script
 * counts neighbours in rank only.
 *
 * @param indices - Expert of each choice, -1 where unused; [T * K], row by token.
 */
export function coActivation(indices: Int32Array, { numExperts, k }: CoActivationOptions): number[][] {
  expectInteger('telemetry.coActivation', 'k', k, 1, numExperts);
  const pairs = new Float64Array(numExperts * numExperts);
  countPairs(indices, { numExperts, k }, pairs);
  return conditionalShares(pairs, numExperts);
}

/** Adds N_ij, the tokens sent to both i and j, to `pairs` [E * E]; N_ii is the number sent to i. */
export function countPairs(indices: Int32Array, { numExperts, k }: CoActivationOptions, pairs: Float64Array): void {
  for (let row = 0; row < indices.length; row += k) {
    for (let a = row; a < row + k; a++) {
      const i = indices[a];
      if (i < 0) {
        continue;
      }
      pairs[i * numExperts + i]++;
      for (let b = a + 1; b < row + k; b++) {
        const j = indices[b];
        if (j >= 0) {
          pairs[i * numExperts + j]++;
          pairs[j * numExperts + i]++;
        }
      }
    }
  }
}

/** N_ij / N_i from the counts of {@link countPairs}; [E][E]. */
export function conditionalShares(pairs: Float64Array, numExperts: number): number[][] {
  return Array.from({ length: numExperts }, (_, i) => {
    const chosen = pairs[i * numExperts + i];
    return Array.from(pairs.subarray(i * numExperts, (i + 1) * numExperts), (n) => n / chosen);
  });
}
