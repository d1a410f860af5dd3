import type { Batch } from '../../train/data';

/** Tokens of the first sequence that are shown where nothing is asked for. */
const FEW = 64;

/** Tokens of a sample in the order of a batch's positions, which is that of its records. */
export interface SampledTokens {
  /** Ids, [T]. */
  tokens: Int32Array;
  /** Domain of each as an index, -1 where it has no name; [T]. */
  domain: number[];
}

/**
 * The first tokens of a batch, sequence after sequence: as many as are asked for, or as the batch has. Where nothing is asked
 * for (`null`), those of the first sequence, at most 64. A batch takes its domains in turn, so a sample of several
 * sequences is of several domains.
 */
export function sampledTokens(batch: Batch, count: number | null, numDomains: number): SampledTokens {
  const { tokens, batchSize, length, domains } = batch;
  const size = Math.min(count ?? FEW, count === null ? length : batchSize * length);
  // A row of a training batch ends with a target more.
  const row = tokens.length / Math.max(1, batchSize);
  const positions = Array.from({ length: size }, (_, t) => [Math.floor(t / length), t % length]);
  return {
    tokens: Int32Array.from(positions, ([sequence, at]) => tokens[sequence * row + at]),
    domain: positions.map(([sequence]) => (domains[sequence] < numDomains ? domains[sequence] : -1))
  };
}
