import { fail } from '../../base/core';
import type { SubnetPoint } from '../../transform/elastic';
import type { SliceSampler } from './sampler';

/** Options of `elastic.every`. */
export interface EveryOptions {
  /** The slices. Default: all of the supernet, of at most 64, the largest first. */
  points?: readonly SubnetPoint[];
}

const MOST = 64;

/** The same slices in every step, all trained together (MatFormer, arXiv 2310.07707; Sorted Fine-Tuning, arXiv 2309.08968). */
export function every({ points }: EveryOptions = {}): SliceSampler {
  if (points?.length === 0) {
    fail('elastic.every', 'there must be a point', 'none');
  }
  return {
    kind: 'every',
    options: { points: points ?? null },
    points: (net) => {
      if (points !== undefined) {
        return points;
      }
      return net.count <= MOST
        ? [...net.points()].reverse()
        : fail('elastic.every', `points must be given where there are more than ${MOST}`, net.count);
    }
  };
}
