/** @file Parts of a run's history, up to a step. */

/** Index of the last of these ascending steps that is not after `step`; -1 where all are. */
export function lastAt(steps: readonly number[], step: number): number {
  return steps.filter((each) => each <= step).length - 1;
}

/** Series cut after so many steps. */
export function scalarsAt<T>(scalars: Record<string, T[]>, end: number): Record<string, T[]> {
  return Object.fromEntries(Object.entries(scalars).map(([name, values]) => [name, values.slice(0, end)]));
}
