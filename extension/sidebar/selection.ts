/** @file Which runs the sidebar shows: one, or several beside each other, of the active notebook or pinned. */
import type { RunHandle } from './runHandle';

/** Runs that are compared at once, the one in view among them: as many as there are colours that are told apart. */
export const MOST_COMPARED = 6;

/** Pure state: each function gives the next one. */
export interface ISelection {
  /** The run in view; null follows the newest of the active notebook. */
  shown: RunHandle | null;
  /** The runs beside it, in order; none where it stands alone. */
  compared: readonly RunHandle[];
  /** Runs that stay in the list whichever notebook is active. */
  pinned: readonly RunHandle[];
}

export const NO_SELECTION: ISelection = { shown: null, compared: [], pinned: [] };

/** Whether no further run can be compared. */
export function isFull({ compared }: Pick<ISelection, 'compared'>): boolean {
  return compared.length >= MOST_COMPARED - 1;
}

/** Shows a run; one that was beside the one in view changes places with it. */
export function showRun(selection: ISelection, handle: RunHandle, inView: RunHandle | null): ISelection {
  const compared = selection.compared.flatMap((other) => (other === handle ? (inView ?? []) : other));
  return { ...selection, shown: handle, compared };
}

/** Puts a run beside the one in view, which stays there, or takes it away again. Nothing changes where there are {@link MOST_COMPARED}. */
export function toggleCompared(selection: ISelection, handle: RunHandle, inView: RunHandle | null): ISelection {
  const { compared } = selection;
  if (compared.includes(handle)) {
    return { ...selection, compared: compared.filter((other) => other !== handle) };
  }
  return isFull(selection) ? selection : { ...selection, shown: inView, compared: [...compared, handle] };
}

/** Pins a run, or lets it go. A run that is pinned is also the one in view, until another is chosen. */
export function togglePinned(selection: ISelection, handle: RunHandle, inView: RunHandle | null): ISelection {
  return selection.pinned.includes(handle)
    ? { ...selection, pinned: selection.pinned.filter((other) => other !== handle) }
    : { ...selection, pinned: [...selection.pinned, handle], shown: handle === inView ? handle : selection.shown };
}

/** Another notebook is active: only pinned runs stay in view. */
export function leaveNotebook(selection: ISelection): ISelection {
  const isKept = (handle: RunHandle): boolean => selection.pinned.includes(handle);
  const { shown, compared } = selection;
  return { ...selection, shown: shown !== null && isKept(shown) ? shown : null, compared: compared.filter(isKept) };
}
