/** @file Which cell holds which runs: pure state, changed by actions. Cells are known by their model's id. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ControlStatus } from '@switchyard/kernel-lib/protocol';
import type { Reading } from './reading';

/** One run, or one unreadable output, of a cell. */
export interface IRun {
  /** The run's id; for an unreadable output a name of its own. */
  key: string;
  reading: Reading;
  /** It came from the kernel that is connected now. */
  live: boolean;
  /** When the last snapshot came, in milliseconds since the Unix epoch; 0 where it was saved. */
  receivedAt: number;
  /** State that its kernel says; undefined where it does not say. */
  told?: ControlStatus['state'];
  /** The execute request that its snapshots answer; undefined where that is not known. */
  request?: string;
  /** When the kernel was done with that request; undefined before. */
  answeredAt?: number;
}

/** State of the notebook's kernel, as far as runs are concerned; 'asked': it has not said yet which runs it has. */
export type KernelState = 'none' | 'asked' | 'connected';

export interface IPayloads {
  readonly cells: ReadonlyMap<string, readonly IRun[]>;
  readonly kernel: KernelState;
  /** Live runs that no cell holds: another reader's, whose outputs come later, one of a cell that moves or was never saved. */
  readonly heard: ReadonlyMap<string, IRun>;
}

export type Action =
  /** A cell's outputs, all of them: what is not among them is gone. */
  | { type: 'outputs'; cellId: string; readings: readonly Reading[] }
  /** A snapshot from the kernel; `cellId` is the cell whose request it answers, where that is known. */
  | { type: 'message'; cellId: string | null; reading: Reading; time: number; request?: string }
  | { type: 'kernel'; state: 'none' | 'connected' }
  /** The kernel is asked which runs it has, or it was and that is over. */
  | { type: 'asked'; waits: boolean }
  /** The kernel has these runs and no others. */
  | { type: 'held'; runIds: readonly string[] }
  /** The kernel said how a run is, or that it says no more of it. */
  | { type: 'told'; runId: string; state: ControlStatus['state'] | undefined }
  /** The kernel is done with an execute request. */
  | { type: 'answered'; request: string; time: number }
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
      return receive(state, action);
    case 'kernel':
      return withKernel(state, action.state === 'connected' && state.kernel === 'asked' ? 'asked' : action.state);
    case 'asked':
      return state.kernel === 'none' ? state : withKernel(state, action.waits ? 'asked' : 'connected');
    case 'held': {
      const known = new Set(action.runIds);
      return changeRuns(state, (run) => (run.live && !known.has(run.key) ? lost(run) : run));
    }
    case 'kernel-lost':
      return changeRuns(state, (run) => (run.live ? lost(run) : run));
    case 'told':
      return changeRuns(state, (run) =>
        run.key === action.runId && run.told !== action.state ? { ...run, told: action.state } : run
      );
    case 'answered':
      return changeRuns(state, (run) => (run.request === action.request ? { ...run, answeredAt: action.time } : run));
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
  return withCell(withoutHeard(state, runs), cellId, runs);
}

/** A cell holds these runs. */
function withoutHeard(state: IPayloads, runs: readonly IRun[]): IPayloads {
  const heard = new Map([...state.heard].filter(([key]) => !runs.some((run) => run.key === key)));
  return heard.size === state.heard.size ? state : { ...state, heard };
}

/** Before a cell goes: its live runs that no other holds are still heard of. */
function stillHeard(state: IPayloads, cellId: string): IPayloads {
  const runs = (state.cells.get(cellId) ?? []).filter(({ key, live }) => live && holders(state, key).length === 1);
  return runs.reduce(hear, state);
}

function hear(state: IPayloads, run: IRun): IPayloads {
  return { ...state, heard: new Map([...state.heard, [run.key, run]]) };
}

function withKernel(state: IPayloads, kernel: KernelState): IPayloads {
  return kernel === state.kernel ? state : { ...state, kernel };
}

/** Of a run whose kernel has it no more. */
function lost({ key, reading, receivedAt }: IRun): IRun {
  return { key, reading, receivedAt, live: false };
}

/** The same object where no run changes. */
function changeRuns(state: IPayloads, change: (run: IRun) => IRun): IPayloads {
  const changed = (runs: readonly IRun[]): readonly IRun[] => {
    const after = runs.map(change);
    return after.every((run, i) => run === runs[i]) ? runs : after;
  };
  const cells = [...state.cells].map(([id, runs]) => [id, changed(runs)] as const);
  const heard = [...state.heard].map(([key, run]) => [key, change(run)] as const);
  const same = cells.every(([id, runs]) => runs === state.cells.get(id));
  return same && heard.every(([key, run]) => run === state.heard.get(key))
    ? state
    : { ...state, cells: new Map(cells), heard: new Map(heard) };
}

function mergeOutputs(
  before: readonly IRun[],
  readings: readonly Reading[],
  heard: IPayloads['heard']
): readonly IRun[] {
  const runs = new Map<string, IRun>();
  readings.forEach((reading, i) => {
    const key = 'payload' in reading ? reading.payload.runId : `unreadable output ${i}`;
    const known = runs.get(key) ?? before.find((run) => run.key === key) ?? heard.get(key);
    runs.set(
      key,
      known && 'payload' in reading
        ? { ...known, reading: newer(known.reading, reading) }
        : { key, reading, live: false, receivedAt: 0 }
    );
  });
  const after = [...runs.values()];
  const same =
    after.length === before.length &&
    after.every((run, i) => run.key === before[i].key && run.reading === before[i].reading);
  return same ? before : after;
}

function receive(state: IPayloads, action: Extract<Action, { type: 'message' }>): IPayloads {
  const { cellId, reading, time, request } = action;
  if (!('payload' in reading)) {
    return state;
  }
  const key = reading.payload.runId;
  const held = holders(state, key);
  const target = held.length === 1 || cellId === null ? held.at(0) : cellId;
  const runs = target === undefined ? [] : (state.cells.get(target) ?? []);
  const known = runs.find((run) => run.key === key);
  const before = known ?? state.heard.get(key);
  const newest = before ? newer(before.reading, reading) : reading;
  const run: IRun = { ...before, key, reading: newest, live: true, receivedAt: time };
  if (request !== undefined && request !== run.request) {
    Object.assign(run, { request, answeredAt: undefined });
  }
  if (target === undefined) {
    return hear(state, run);
  }
  const next = state.heard.has(key) ? withoutHeard(state, [run]) : state;
  return withCell(next, target, known ? runs.map((other) => (other === known ? run : other)) : [...runs, run]);
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
