import type { SystemEntry } from './entry';

/** Systems that quantise, factor and distil. */
export const compressSystems: readonly SystemEntry[] = [
  {
    id: 'ompq',
    title: 'OMPQ: Orthogonal Mixed Precision Quantization',
    function: 'compress.mixedPrecision',
    test: 'test/systems/ompq.test.ts',
    note:
      "{ proxy: 'orthogonality' }. Bits are chosen exactly, by a multiple-choice knapsack where the paper rounds a linear program; a " +
      "matrix's bits weigh by its own orthogonality, not by a mean over the layers after it."
  },
  {
    id: 'dlrt',
    title: 'Low-rank lottery tickets: finding efficient low-rank neural networks via matrix differential equations',
    function: 'compress.dynamicalLowRank',
    test: 'test/systems/dlrt.test.ts',
    note:
      'A loop of its own beside train.fit, of plain gradient steps: each takes three passes, of K, L and S, by gradients of the ' +
      'factors alone. Ranks are cut by a share of the norm of all singular values. The dense loss is that of least squares, which ' +
      'fits the noise of other directions as well: within 10 % of it.'
  },
  {
    id: 'm2mkd',
    title: 'm2mKD: Module-to-Module Knowledge Distillation for Modular Transformers',
    function: 'train.tasks.moduleDistillation',
    test: 'test/systems/m2mkd.test.ts',
    claim: 'claim not tested',
    note:
      'A task of train.fit whose model is the module of the student. Teacher modules are modules of any network; widths are bridged ' +
      'by linear maps in them. That a network of distilled modules needs fewer epochs is not tested; of one seed it did not begin ' +
      'half as near to the teacher as a random one.'
  }
];
