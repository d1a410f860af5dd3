import { checkObject } from '../checks';
import type { Envelope } from '../envelope';
import { MAX_HISTORY_STEPS } from '../limits';
import { checkScalars, checkSteps } from '../scalars';
import type { Count, Numeric } from '../numbers';

/** A training run of a network without routers: its scalars over time. */
export type TrainingPayload = Envelope<'training', TrainingData>;

/** Data of a payload of a training: its scalars over the steps. */
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

/** Checks the data of a training payload. */
export function checkTraining(value: unknown, path: string): void {
  const data = checkObject(value, path);
  const steps = checkSteps(data.steps, `${path}.steps`, MAX_HISTORY_STEPS);
  checkScalars(data.scalars, `${path}.scalars`, steps);
}
