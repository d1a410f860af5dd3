import { expectInteger } from '../../base/core';
import type { SliceSampler } from './sampler';

/** Options of `elastic.uniform`. */
export interface UniformOptions {
  /** Slices of a step, whose gradients are added up. Default 1. */
  count?: number;
  /** Whether the largest slice is trained in each step besides. Default false. */
  largest?: boolean;
}

/** Slices drawn evenly, the gradients of a step's accumulated (SortedNet, arXiv 2309.00255). */
export function uniform({ count = 1, largest = false }: UniformOptions = {}): SliceSampler {
  expectInteger('elastic.uniform', 'count', count, 1);
  return {
    kind: 'uniform',
    options: { count, largest },
    points: (net, _step, random) => [
      ...(largest ? [net.largest] : []),
      ...Array.from({ length: count }, (_, i) => net.sample(random.child(i)))
    ]
  };
}
