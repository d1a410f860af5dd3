import { expectInteger, fail } from '../../base/core';

/** Options of `telemetry.vocabularySpecialisation`. */
export interface VocabularyOptions {
  /** E. */
  numExperts: number;
  /** Tokens of the vocabulary seen less often are left out; default 10. */
  minOccurrences?: number;
}

/**
 * Vocabulary specialisation: how surely a token of the vocabulary goes to one expert, the mean over v of
 * max_i N_vi / N_v (OLMoE, arXiv:2409.02060, section 5.4). 1: each word has its expert; about k/E: words do not matter.
 * NaN where no token was seen often enough.
 *
 * @param counts - Times that token v was sent to expert i, N_vi; [V * E].
 * @param occurrences - Times that token v was routed, N_v; [V].
 */
export function vocabularySpecialisation(
  counts: ArrayLike<number>,
  occurrences: ArrayLike<number>,
  { numExperts, minOccurrences = 10 }: VocabularyOptions
): number {
  expectInteger('telemetry.vocabularySpecialisation', 'minOccurrences', minOccurrences, 1);
  if (counts.length !== occurrences.length * numExperts) {
    fail(
      'telemetry.vocabularySpecialisation',
      `counts must have V * E (${occurrences.length * numExperts}) entries`,
      counts.length
    );
  }
  let sum = 0;
  let words = 0;
  for (let v = 0; v < occurrences.length; v++) {
    if (occurrences[v] < minOccurrences) {
      continue;
    }
    let max = 0;
    for (let e = 0; e < numExperts; e++) {
      max = Math.max(max, counts[v * numExperts + e]);
    }
    sum += max / occurrences[v];
    words++;
  }
  return sum / words;
}
