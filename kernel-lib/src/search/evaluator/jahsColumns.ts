/** Columns of a table: of each choice by its label, of the fidelity, and of each measure by its name. */
export interface TableColumns {
  readonly choices: Readonly<Record<string, string>>;
  readonly fidelity?: string;
  readonly measures: Readonly<Record<string, string>>;
}

/**
 * Columns of JAHS-Bench-201 (arXiv 2209.06951, section 3): cells and their width, six operations by number, resolution, and what the training is like; accuracies in percent, the latency of a pass in seconds, the size in megabytes and the training's
 * seconds.
 */
export const JAHS_COLUMNS: TableColumns = {
  choices: {
    ...{ cells: 'N', width: 'W', resolution: 'Resolution' },
    ...Object.fromEntries([0, 1, 2, 3, 4, 5].map((i) => [`operations.${i}`, `Op${i + 1}`])),
    ...{ activation: 'Activation', trivialAugment: 'TrivialAugment', optimizer: 'Optimizer' },
    ...{ learningRate: 'LearningRate', weightDecay: 'WeightDecay' }
  },
  fidelity: 'epoch',
  measures: {
    ...{ value: 'valid-acc', test: 'test-acc', train: 'train-acc' },
    ...{ latency: 'latency', size: 'size_MB', flops: 'FLOPS', runtime: 'runtime' }
  }
};
