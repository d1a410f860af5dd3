/** @file Which cell holds which runs: pure state, changed by actions. Cells are known by their model's id. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Reading } from './reading';

/** One run, or one unreadable output, of a cell. */
export interface IRun {
  /** The run's id; for an unreadable output a name of its own. */
  key: string;
  reading: Reading;
  /** A snapshot came from the kernel that is connected now. */
  live: boolean;
  /** When the last snapshot came, in milliseconds since the Unix epoch; 0 where it was saved. */
  receivedAt: number;
  /** Its kernel said that it waits between two steps. */
  paused?: boolean;
}

/** State of the notebook's kernel, as far as pictures are concerned. */
export type KernelState = 'none' | 'idle' | 'busy';

export interface IPayloads {
  readonly cells: ReadonlyMap<string, readonly IRun[]>;
  readonly kernel: KernelState;
  /** Live runs that no cell holds: another reader's, whose outputs come later, or one of a cell that moves. When they were heard, by key. */
  readonly heard: ReadonlyMap<string, number>;
}

export type Action =
  /** A cell's outputs, all of them: what is not among them is gone. */
  | { type: 'outputs'; cellId: string; readings: readonly Reading[] }
  /** A snapshot from the kernel; `cellId` is the cell whose request it answers, where that is known. */
  | { type: 'message'; cellId: string | null; reading: Reading; time: number }
  | { type: 'kernel'; state: KernelState }
  | { type: 'paused'; runId: string; paused: boolean }
  /** The kernel behind the live runs is gone; another may be connected already. */
  | { type: 'kernel-lost' }
  | { type: 'cell-removed'; cellId: string };

export const NO_PAYLOADS: IPayloads = { cells: new Map(), kernel: 'none', heard: new Map() };

/** The next state; the same object where nothing changes. */
export function reduce(state: IPayloads, action: Action): IPayloads {
  switch (action.type) {
    case 'outputs':
      return withOutputs(state, action.cellId, action.readings);
    case 'message':
      return receive(state, action.cellId, action.reading, action.time);
    case 'kernel':
      return action.state === state.kernel ? state : { ...state, kernel: action.state };
    case 'kernel-lost':
      return {
        ...state,
        heard: NO_PAYLOADS.heard,
        cells: new Map(
          [...state.cells].map(([id, runs]) => [id, runs.map((run) => ({ ...run, live: false, paused: false }))])
        )
      };
    case 'paused':
      return withPaused(state, action.runId, action.paused);
    case 'cell-removed':
      return withCell(stillHeard(state, action.cellId), action.cellId, []);
  }
}

/** Cells that hold a run. */
export function holders(state: IPayloads, key: string): string[] {
  return [...state.cells].filter(([, runs]) => runs.some((run) => run.key === key)).map(([id]) => id);
}

/** The run that changed last; the last one where all were saved. */
export function latestRun(runs: readonly IRun[]): IRun | undefined {
  return runs.reduce<IRun | undefined>(
    (latest, run) => (latest === undefined || run.receivedAt >= latest.receivedAt ? run : latest),
    undefined
  );
}

/** A run's title, or what an unreadable output is called. */
export function titleOf({ reading }: IRun, trans: TranslationBundle): string {
  return 'payload' in reading ? reading.payload.source.title : trans.__('unreadable output');
}

function seqOf(reading: Reading): number {
  return 'payload' in reading ? reading.payload.seq : -1;
}

function newer(a: Reading, b: Reading): Reading {
  return seqOf(b) >= seqOf(a) ? b : a;
}

function withOutputs(state: IPayloads, cellId: string, readings: readonly Reading[]): IPayloads {
  const runs = mergeOutputs(state.cells.get(cellId) ?? [], readings, state.heard);
  const heard = new Map([...state.heard].filter(([key]) => !runs.some((run) => run.key === key)));
  return withCell(heard.size === state.heard.size ? state : { ...state, heard }, cellId, runs);
}

/** Before a cell goes: its live runs that no other holds are still heard of. */
function stillHeard(state: IPayloads, cellId: string): IPayloads {
  const runs = (state.cells.get(cellId) ?? []).filter(({ key, live }) => live && holders(state, key).length === 1);
  return runs.reduce((next, { key, receivedAt }) => hear(next, key, receivedAt), state);
}

function hear(state: IPayloads, key: string, time: number): IPayloads {
  return { ...state, heard: new Map([...state.heard, [key, time]]) };
}

function mergeOutputs(
  before: readonly IRun[],
  readings: readonly Reading[],
  heard: IPayloads['heard']
): readonly IRun[] {
  const runs = new Map<string, IRun>();
  readings.forEach((reading, i) => {
    const key = 'payload' in reading ? reading.payload.runId : `unreadable output ${i}`;
    const known = runs.get(key) ?? before.find((run) => run.key === key);
    runs.set(
      key,
      known && 'payload' in reading
        ? { ...known, reading: newer(known.reading, reading) }
        : { key, reading, live: heard.has(key), receivedAt: heard.get(key) ?? 0 }
    );
  });
  const after = [...runs.values()];
  const same =
    after.length === before.length &&
    after.every((run, i) => run.key === before[i].key && run.reading === before[i].reading);
  return same ? before : after;
}

function receive(state: IPayloads, cellId: string | null, reading: Reading, time: number): IPayloads {
  if (!('payload' in reading)) {
    return state;
  }
  const key = reading.payload.runId;
  const held = holders(state, key);
  const target = held.length === 1 || cellId === null ? held.at(0) : cellId;
  if (target === undefined) {
    return hear(state, key, time);
  }
  const runs = state.cells.get(target) ?? [];
  const known = runs.find((run) => run.key === key);
  const newest = known ? newer(known.reading, reading) : reading;
  const run: IRun = { ...known, key, reading: newest, live: true, receivedAt: time };
  return withCell(state, target, known ? runs.map((other) => (other === known ? run : other)) : [...runs, run]);
}

function withPaused(state: IPayloads, key: string, paused: boolean): IPayloads {
  return holders(state, key).reduce((next, id) => {
    const runs = next.cells.get(id) ?? [];
    const same = runs.every((run) => run.key !== key || (run.paused ?? false) === paused);
    return same
      ? next
      : withCell(
          next,
          id,
          runs.map((run) => (run.key === key ? { ...run, paused } : run))
        );
  }, state);
}

function withCell(state: IPayloads, cellId: string, runs: readonly IRun[]): IPayloads {
  if (runs === state.cells.get(cellId) || (runs.length === 0 && !state.cells.has(cellId))) {
    return state;
  }
  const cells = new Map(state.cells);
  if (runs.length === 0) {
    cells.delete(cellId);
  } else {
    cells.set(cellId, runs);
  }
  return { ...state, cells };
}
