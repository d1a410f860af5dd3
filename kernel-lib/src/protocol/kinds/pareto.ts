import type { Envelope } from './envelope';
import type { Count, Numeric, Text } from './numbers';

/** Candidates in a plane of two objectives, with the front that none of them beats. */
export type ParetoPayload = Envelope<'pareto', ParetoData>;

export interface ParetoData {
  x: ParetoAxis;
  y: ParetoAxis;
  /**
   * Names of the sets that points belong to, for example "routers", "single models".
   * @minItems 1
   * @maxItems 32
   */
  series: Text[];
  /** @maxItems 1024 */
  points: ParetoPoint[];
  /** Points left out because they would not fit; absent where none is. */
  omitted?: Count;
  /** Indices of the points that no other beats on both axes, in the order of x; what knows the outcome (an oracle) need not compete. */
  front: Count[];
  /** Indices of the points in the order in which a search tried them; empty where there was no search. */
  trajectory: Count[];
}

export interface ParetoAxis {
  name: Text;
  /** Empty where there is none. */
  unit: Text;
  better: 'lower' | 'higher';
}

export interface ParetoPoint {
  label: Text;
  /** Index into `series`. */
  series: Count;
  /** @asType number */
  x: number;
  /** @asType number */
  y: number;
  /** Ends of an interval round y; both null where there is none. */
  low: Numeric;
  high: Numeric;
}
