import { expectInteger, Random } from '../../base/core';
import type { SubnetPoint, Supernet } from '../../transform/elastic';
import type { SliceSampler } from './sampler';

/** Options of `elastic.coverage`. */
export interface CoverageOptions {
  /** Steps of the training. */
  steps: number;
  /** Seed of the training. */
  seed: number;
}

/** A dimension of a supernet with how often each of its values was trained. */
export interface DimensionCoverage {
  /** As in `supernet.dimensions`. */
  name: string;
  options: { value: number; count: number }[];
}

/** How often a training trains the slices of a supernet. */
export interface Coverage {
  steps: number;
  /** Slices trained, the same one counted each time. */
  trained: number;
  dimensions: DimensionCoverage[];
  /** Slices by how often they were trained, the most first; equal slices are one. */
  slices: { point: SubnetPoint; count: number }[];
  /** How many different slices there can be at most: the product of the dimensions' values. */
  possible: number;
}

/**
 * How often each value of each dimension, and each slice, is trained in so many steps with this seed: drawn again as the task draws them, so that it is
 * what `train.fit` did, or will do.
 *
 * @throws {SwitchyardError} where an option is out of range, or the sampler's options do not fit the supernet.
 */
export function coverage(supernet: Supernet, sampler: SliceSampler, { steps, seed }: CoverageOptions): Coverage {
  expectInteger('elastic.coverage', 'steps', steps, 1);
  expectInteger('elastic.coverage', 'seed', seed, 0);
  const counts = supernet.dimensions.map(({ values }) => new Map(values.map((value) => [value, 0])));
  const slices = new Map<string, { point: SubnetPoint; count: number }>();
  let trained = 0;
  for (let step = 1; step <= steps; step++) {
    for (const point of sampler.points(supernet, step, slicesOf(seed, step))) {
      trained++;
      supernet.dimensions.forEach(({ name }, d) => counts[d].set(point[name], counts[d].get(point[name])! + 1));
      const key = JSON.stringify(supernet.choice(point));
      slices.set(key, { point: slices.get(key)?.point ?? point, count: (slices.get(key)?.count ?? 0) + 1 });
    }
  }
  return {
    ...{ steps, trained, possible: supernet.count },
    dimensions: supernet.dimensions.map(({ name }, d) => ({
      name,
      options: [...counts[d]].map(([value, count]) => ({ value, count }))
    })),
    slices: [...slices.values()].sort((a, b) => b.count - a.count)
  };
}

/** Stream that the slices of a step are drawn from. */
export function slicesOf(seed: number, step: number): Random {
  return Random.fromSeed(seed).child('elastic').child(step);
}
