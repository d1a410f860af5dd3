import { fail } from '../../../base/core';
import type { ValueImportance } from './importance';
import { scoreEach } from './parts/scoreEach';
import type { BiasOptions } from './parts/scoreEach';

export interface MagnitudeOptions extends BiasOptions {
  /** Power of the absolute value that is added up: 1 or 2. Default 2. */
  p?: 1 | 2;
}

/** Magnitude: sum of `|w|^p` over the values of a slice (Han et al., arXiv 1506.02626; of filters, Li et al., arXiv 1608.08710). */
export function magnitude(options: MagnitudeOptions = {}): ValueImportance {
  const { p = 2 } = options;
  if (![1, 2].includes(p)) {
    fail('prune.magnitude', 'p must be 1 or 2', p);
  }
  return {
    kind: 'magnitude',
    score: (model) => scoreEach(model, options, (value) => (p === 1 ? value.abs() : value.square()))
  };
}
