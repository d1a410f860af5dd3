/** @file Which runs the sidebar shows: one, or two beside each other, of the active notebook or pinned. */
import type { RunHandle } from './runHandle';

/** Pure state: each function gives the next one. */
export interface ISelection {
  /** The run in view; null follows the newest of the active notebook. */
  shown: RunHandle | null;
  /** The run beside it; null where none is compared. */
  compared: RunHandle | null;
  /** Runs that stay in the list whichever notebook is active. */
  pinned: readonly RunHandle[];
}

export const NO_SELECTION: ISelection = { shown: null, compared: null, pinned: [] };

/** Shows a run; one that was beside it changes places. */
export function showRun(selection: ISelection, handle: RunHandle, inView: RunHandle | null): ISelection {
  return { ...selection, shown: handle, compared: handle === selection.compared ? inView : selection.compared };
}

/** Puts a run beside the one in view, which stays there, or takes it away again. */
export function toggleCompared(selection: ISelection, handle: RunHandle, inView: RunHandle | null): ISelection {
  return selection.compared === handle
    ? { ...selection, compared: null }
    : { ...selection, shown: inView, compared: handle };
}

/** Pins a run, or lets it go. A run that is pinned is also the one in view, until another is chosen. */
export function togglePinned(selection: ISelection, handle: RunHandle, inView: RunHandle | null): ISelection {
  return selection.pinned.includes(handle)
    ? { ...selection, pinned: selection.pinned.filter((other) => other !== handle) }
    : { ...selection, pinned: [...selection.pinned, handle], shown: handle === inView ? handle : selection.shown };
}

/** Another notebook is active: only pinned runs stay in view. */
export function leaveNotebook(selection: ISelection): ISelection {
  const kept = (handle: RunHandle | null): RunHandle | null =>
    handle !== null && selection.pinned.includes(handle) ? handle : null;
  return { ...selection, shown: kept(selection.shown), compared: kept(selection.compared) };
}
