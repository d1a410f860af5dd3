import type { Envelope } from './envelope';
import type { Count, Numeric } from './numbers';

/** A training run of a network without routers: its scalars over time. */
export type TrainingPayload = Envelope<'training', TrainingData>;

export interface TrainingData {
  /**
   * Steps of the series, ascending; S <= 512.
   * @maxItems 512
   */
  steps: Count[];
  /**
   * Named scalars, [S] each.
   * @maxProperties 64
   */
  scalars: Record<string, Numeric[]>;
}
