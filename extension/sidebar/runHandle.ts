/** @file One run of one notebook, for as long as someone looks at it: its last snapshot outlives the notebook's tab. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { isStill } from '@switchyard/kernel-lib/protocol';
import type { RunControls } from '../control';
import type { IHealthLimits } from '../base/health';
import type { IRun, KernelState } from '../base/payloads';
import { titleOf } from '../base/payloads';
import { runState, stateLabel } from '../base/runState';
import { healthWords, kindOf, progressOf } from '../kinds';
import type { PayloadStore } from '../base/store';
import type { IListedRun, IRunRow } from './listRuns';
import { listRuns } from './listRuns';

/** An open notebook, as far as runs are concerned. */
export interface INotebookRuns {
  name: () => string;
  /** Path of its file. */
  path: () => string;
  /** Words for where its runs are, where that is no cell. Default: each is in a cell. */
  place?: () => string;
  store: PayloadStore;
  /** Null where no kernel has them. */
  controls: RunControls | null;
  /** Brings a cell into view. */
  reveal: (cellId: string) => void;
  /** Ids of its cells, in order. */
  cellOrder: () => readonly string[];
}

export class RunHandle {
  constructor(
    readonly notebook: INotebookRuns,
    listed: IListedRun
  ) {
    this.id = listed.id;
    this._last = listed;
  }

  readonly id: string;

  /** The run as it is now; where its notebook is closed or its output gone, as it was last. */
  get run(): IRun {
    return this._find().run;
  }

  get kernel(): KernelState {
    return this.notebook.store.state.kernel;
  }

  /** Brings the cell that holds it into view. */
  reveal(): void {
    const { cellId } = this._find();
    if (cellId !== null && !this.notebook.store.isDisposed) {
      this.notebook.reveal(cellId);
    }
  }

  /** Words that the list has for it. */
  row(trans: TranslationBundle, limits: IHealthLimits): IRunRow {
    const { run, cellId } = this._find();
    const { place: apart } = this.notebook;
    const cell = apart === undefined ? this._cellOf(cellId, trans) : null;
    const place = cell === null ? [apart?.() ?? this._nowhere(trans)] : [];
    const title = titleOf(run, trans);
    if ('problem' in run.reading) {
      return { title, state: trans.__('not readable'), details: place, health: '', cell };
    }
    const { payload } = run.reading;
    const { source } = payload;
    const state = runState(payload, run, this.kernel, Date.now());
    const origin = run.live ? trans.__('live') : trans.__('saved');
    const health = healthWords(payload, limits, trans);
    if (isStill(source)) {
      return { title, state: '', details: [...place, origin], health, cell };
    }
    // The outcome of a search stands in the list: its trials are compared there.
    const found =
      kindOf(payload).progress === undefined ? [] : [kindOf(payload).brief?.(payload.data, trans) ?? []].flat();
    const details = [progressOf(payload, trans), ...found, ...place, origin];
    return { title, state: stateLabel(state, trans), details, health, cell };
  }

  /** "cell 3"; null where the notebook has no such cell. */
  private _cellOf(cellId: string | null, trans: TranslationBundle): string | null {
    const known = cellId === null || this.notebook.store.isDisposed ? -1 : this.notebook.cellOrder().indexOf(cellId);
    return known < 0 ? null : trans.__('cell %1', known + 1);
  }

  private _nowhere(trans: TranslationBundle): string {
    return this.notebook.store.isDisposed ? trans.__('closed') : trans.__('of no cell that is here');
  }

  private _find(): IListedRun {
    const { store, cellOrder } = this.notebook;
    const now = store.isDisposed ? undefined : listRuns(store.state, cellOrder()).find(({ id }) => id === this.id);
    this._last = now ?? { ...this._last, run: { ...this._last.run, live: false } };
    return this._last;
  }

  private _last: IListedRun;
}
