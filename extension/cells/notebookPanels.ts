/** @file One tracker, store and set of panels for each open notebook. */
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { IDisposable } from '@lumino/disposable';
import { DisposableSet } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { IRun } from '../base/payloads';
import { stateIn } from '../base/runState';
import { PayloadStore } from '../base/store';
import { RunControls } from '../control';
import type { IWatchedRun } from '../status';
import { underWay } from '../status';
import type { IBesideOptions, INotebookParts } from './besidePanels';
import { BesidePanels } from './besidePanels';
import { PayloadTracker } from './tracker';

export class NotebookPanels implements IDisposable {
  constructor(notebooks: INotebookTracker, options: IBesideOptions) {
    this._tracker = notebooks;
    this._options = options;
    notebooks.forEach((panel) => this._add(panel));
    notebooks.widgetAdded.connect((_, panel) => this._add(panel), this);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** The panels of one notebook. */
  of(notebook: NotebookPanel | null): BesidePanels | undefined {
    return notebook === null ? undefined : this._notebooks.get(notebook)?.panels;
  }

  /** The payloads of one notebook, and the channel to its kernel. */
  partsOf(notebook: NotebookPanel | null): INotebookParts | undefined {
    return notebook === null ? undefined : this._notebooks.get(notebook);
  }

  /** Opens the panel of the cell that holds a run, in the current notebook or in whichever it is. */
  openRun(runId: string): void {
    const current = this.of(this._tracker.currentWidget);
    if (!current?.openRun(runId)) {
      [...this._notebooks.values()].some(({ panels }) => panels.openRun(runId));
    }
  }

  /** The run that goes on in the notebook in front, else in another one. */
  get underWay(): IRun | undefined {
    const stores = [this._tracker.currentWidget, ...this._notebooks.keys()].flatMap(
      (panel) => this.partsOf(panel) ?? []
    );
    return stores.map(({ store }) => underWay(store.state, Date.now())).find(Boolean);
  }

  /** The run that goes on in each notebook, with the channel to its kernel. */
  get watched(): IWatchedRun[] {
    return [...this._notebooks.values()].flatMap(({ store, controls }) => {
      const run = underWay(store.state, Date.now());
      return run === undefined ? [] : [{ run, controls }];
    });
  }

  /** Brings the cell of a run into view, with its panel. False where no cell holds it. */
  reveal(runId: string): boolean {
    const found = [...this._notebooks].find(([, { panels }]) => panels.openRun(runId));
    found?.[1].panels.reveal(runId);
    return found !== undefined;
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
    this._notebooks.forEach(({ parts }) => parts.dispose());
    this._notebooks.clear();
  }

  private _add(panel: NotebookPanel): void {
    const store = new PayloadStore();
    const controls = new RunControls(panel.sessionContext, store);
    const panels = new BesidePanels(panel, { store, controls }, this._options);
    const tracker = new PayloadTracker(panel, store, this._options.trans);
    const place = this._options.registry.add(panel.content.node, {
      stateOf: (payload) => stateIn(store, payload),
      isBeside: (runId) => panels.isBeside(runId)
    });
    const parts = DisposableSet.from([tracker, panels, controls, place, store]);
    this._notebooks.set(panel, { store, controls, panels, parts });
    panel.disposed.connect(() => {
      this._notebooks.delete(panel);
      parts.dispose();
    }, this);
  }

  private _tracker: INotebookTracker;
  private _options: IBesideOptions;
  private _isDisposed = false;
  private _notebooks = new Map<NotebookPanel, INotebookParts & { panels: BesidePanels; parts: IDisposable }>();
}
