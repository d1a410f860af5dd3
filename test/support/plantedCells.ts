import type { nas } from '@switchyard/kernel-lib';

export const CELL_OPERATIONS = ['skip', 'narrow', 'wide'] as const;

/** Planted accuracy of a cell: 0, 1 or 2 for each operation, and 0.2 for each edge. */
export function worthOf(space: nas.DagSpace, point: nas.Point): number {
  const { operations, edges } = space.candidate(point) as unknown as { operations: 'skip'[]; edges: number[] };
  const ofOperations = operations.reduce((sum, each) => sum + CELL_OPERATIONS.indexOf(each), 0);
  return ofOperations + 0.2 * edges.reduce((a, b) => a + b, 0);
}

export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

export function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((each) => (each - middle) ** 2)));
}
