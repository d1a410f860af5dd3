import { fail } from '../../base/core';
import type { Evaluation } from './evaluate';

/** What a run measured. */
export interface History {
  /** Mean cross entropy of each step's batch, in nats a token; step 1 first. */
  losses: number[];
  /** Evaluations on validation text, and the steps after which they were made. */
  validation: (Evaluation & { step: number })[];
}

/** Checks a history that was read from a file. */
export function parseHistory(value: unknown, where: string): History {
  const { losses, validation } = (value ?? {}) as Partial<History>;
  if (!Array.isArray(losses) || !Array.isArray(validation)) {
    fail(where, 'history must hold losses and validation', typeof value);
  }
  return { losses, validation };
}
