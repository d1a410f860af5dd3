import { expectInteger, fail } from '../../base/core';

/** Resources at which trials pause, the last of them the whole. */
export interface RungOptions {
  /** Least that a trial may spend, such as steps. */
  minResource: number;
  /** Most that it may. */
  maxResource: number;
  /** One in so many goes on. Default 3. */
  eta?: number;
}

/** Checks rungs: whole numbers, so that checkpoints have a step. */
export function checkRungs(where: string, { minResource, maxResource, eta = 3 }: RungOptions): Required<RungOptions> {
  expectInteger(where, 'minResource', minResource, 1);
  expectInteger(where, 'maxResource', maxResource, minResource);
  expectInteger(where, 'eta', eta, 2);
  return { minResource, maxResource, eta };
}

/**
 * The resource of each rung: from the least on, times eta, and at last the most. By products, not by a quotient of logarithms: 243 is
 * five times tripled, and log 243 / log 3 is 4.999... in floating point.
 */
export function rungResources({ minResource, maxResource, eta }: Required<RungOptions>): number[] {
  const rungs: number[] = [];
  for (let resource = minResource; resource * eta <= maxResource; resource *= eta) {
    rungs.push(resource);
  }
  return [...rungs, maxResource];
}

/** The state of a strategy of rungs, or an error where it was saved with other rungs. */
export function sameRungs(where: string, saved: readonly number[], rungs: readonly number[]): void {
  if (saved.join() !== rungs.join()) {
    fail(where, `the saved state must have these rungs (${rungs.join(', ')})`, saved.join(', '));
  }
}
