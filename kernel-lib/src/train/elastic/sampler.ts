import type { Random } from '../../base/core';
import type { SubnetPoint, Supernet } from '../../transform/elastic';

/** A rule of which slices of a supernet a step trains: data, and a function of the step and its random stream alone, so that runs can be resumed. */
export interface SliceSampler {
  readonly kind: string;
  /** JSON. */
  readonly options: Readonly<Record<string, unknown>>;
  /**
   * Points of step `step`, from 1; at least one.
   *
   * @throws {SwitchyardError} where an option does not fit the supernet.
   */
  points(supernet: Supernet, step: number, random: Random): readonly SubnetPoint[];
}
