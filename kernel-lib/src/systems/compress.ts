import type { SystemEntry } from './entry';

/** Systems that quantise, factor and distil. */
export const compressSystems: readonly SystemEntry[] = [
  {
    id: 'ompq',
    title: 'OMPQ: Orthogonal Mixed Precision Quantization',
    function: 'compress.mixedPrecision',
    test: 'test/systems/ompq.test.ts',
    note:
      "{ proxy: 'orthogonality' }. Bits are chosen exactly, by a multiple-choice knapsack where the paper rounds a linear program; a matrix's bits weigh by its " +
      'own orthogonality, not by a mean over the layers after it.'
  }
];
