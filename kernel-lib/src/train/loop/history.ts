import { fail } from '../../base/core';
import type { Evaluation } from '../tasks/language';
import type { Metrics } from '../tasks/task';

/** Measurements of a run. */
export interface History<E extends Metrics = Evaluation> {
  /** The task's loss of each step's batch; step 1 first. */
  losses: number[];
  /** Measures on data that training never sees, and the steps after which they were taken. */
  validation: (E & { step: number })[];
}

/** Checks a history that was read from a file. */
export function parseHistory(value: unknown, where: string): History<Metrics> {
  const { losses, validation } = (value ?? {}) as Partial<History<Metrics>>;
  if (!Array.isArray(losses) || !Array.isArray(validation)) {
    fail(where, 'history must hold losses and validation', typeof value);
  }
  return { losses, validation };
}
