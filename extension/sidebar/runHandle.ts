/** @file One run of one notebook, for as long as someone looks at it: its last snapshot outlives the notebook's tab. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { isStill } from '@switchyard/kernel-lib/protocol';
import type { RunControls } from '../control';
import type { IRun, KernelState } from '../base/payloads';
import { titleOf } from '../base/payloads';
import { runState, stateLabel, stepWords } from '../base/runState';
import type { PayloadStore } from '../base/store';
import type { IListedRun, IRunRow } from './listRuns';
import { listRuns } from './listRuns';

/** An open notebook, as far as runs are concerned. */
export interface INotebookRuns {
  name: () => string;
  store: PayloadStore;
  controls: RunControls;
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

  /** Words that the list has for it. */
  row(trans: TranslationBundle): IRunRow {
    const { run, cellId } = this._find();
    const place = this._placeOf(cellId, trans);
    const title = titleOf(run, trans);
    if ('problem' in run.reading) {
      return { title, state: trans.__('not readable'), details: [place] };
    }
    const { source } = run.reading.payload;
    const state = runState(run.reading.payload, run, this.kernel, Date.now());
    const origin = run.live ? trans.__('live') : trans.__('saved');
    return isStill(source)
      ? { title, state: '', details: [place, origin] }
      : { title, state: stateLabel(state, trans), details: [stepWords(source, trans), place, origin] };
  }

  private _placeOf(cellId: string | null, trans: TranslationBundle): string {
    if (this.notebook.store.isDisposed) {
      return trans.__('closed');
    }
    const cell = cellId === null ? -1 : this.notebook.cellOrder().indexOf(cellId);
    return cell < 0 ? trans.__('of no cell that is here') : trans.__('cell %1', cell + 1);
  }

  private _find(): IListedRun {
    const { store, cellOrder } = this.notebook;
    const now = store.isDisposed ? undefined : listRuns(store.state, cellOrder()).find(({ id }) => id === this.id);
    this._last = now ?? { ...this._last, run: { ...this._last.run, live: false } };
    return this._last;
  }

  private _last: IListedRun;
}
