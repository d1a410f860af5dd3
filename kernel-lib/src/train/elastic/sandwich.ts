import { expectInteger } from '../../base/core';
import type { SliceSampler } from './sampler';

/** Options of `elastic.sandwich`. */
export interface SandwichOptions {
  /** Slices that are drawn besides the largest and the smallest. Default 2. */
  random?: number;
}

/** The sandwich rule (arXiv 1903.05134): in each step the largest slice, the smallest, and some drawn evenly. */
export function sandwich({ random: count = 2 }: SandwichOptions = {}): SliceSampler {
  expectInteger('elastic.sandwich', 'random', count, 0);
  return {
    kind: 'sandwich',
    options: { random: count },
    points: (net, _step, random) => [
      net.largest,
      net.smallest,
      ...Array.from({ length: count }, (_, i) => net.sample(random.child(i)))
    ]
  };
}
