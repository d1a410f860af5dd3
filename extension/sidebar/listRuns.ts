/** @file The runs of a notebook as a list to choose from, and search in it. */
import type { IPayloads, IRun } from '../base/payloads';

/** A run with the cell that holds it: of several copies the first; null where none does. */
export interface IListedRun {
  /** The run's id; for an unreadable output one that is its own in the notebook. */
  id: string;
  cellId: string | null;
  run: IRun;
}

/** Words of a row of the list. */
export interface IRunRow {
  title: string;
  state: string;
  /** How far the run is, where it is, and whether it is saved: words beside the title. */
  details: string[];
  /** All that is wrong with it, in a line; empty where nothing is. */
  health: string;
  /** The cell that holds it, in words; null where that cannot be gone to. */
  cell: string | null;
}

/** All runs of a notebook in the order of its cells; last those that its kernel has and no cell. */
export function listRuns(state: IPayloads, cellOrder: readonly string[]): IListedRun[] {
  const runs = new Map<string, IListedRun>();
  for (const cellId of cellOrder) {
    for (const run of state.cells.get(cellId) ?? []) {
      const id = 'payload' in run.reading ? run.key : `${run.key} of ${cellId}`;
      if (!runs.has(id)) {
        runs.set(id, { id, cellId, run });
      }
    }
  }
  for (const [id, run] of state.heard) {
    if (!runs.has(id)) {
      runs.set(id, { id, cellId: null, run });
    }
  }
  return [...runs.values()];
}

/** Whether every word of a query is in some part of a row, in upper or lower case. */
export function matches({ title, state, details, health, cell }: IRunRow, query: string): boolean {
  const text = [title, state, ...details, health, cell ?? ''].join('\n').toLocaleLowerCase();
  return query
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
