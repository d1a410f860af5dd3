/** @file One tracker, store and set of panels for each open notebook. */
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { PayloadStore } from '../store';
import type { IBesideOptions } from './besidePanels';
import { BesidePanels } from './besidePanels';
import { PayloadTracker } from './tracker';

export class NotebookPanels implements IDisposable {
  constructor(notebooks: INotebookTracker, options: IBesideOptions) {
    this._options = options;
    notebooks.forEach((panel) => this._add(panel));
    notebooks.widgetAdded.connect((_, panel) => this._add(panel), this);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** The panels of one notebook. */
  of(notebook: NotebookPanel | null): BesidePanels | undefined {
    return notebook === null ? undefined : this._notebooks.get(notebook);
  }

  /** Opens the panel of the cell that holds a run, in whichever notebook it is. */
  openRun(runId: string): void {
    [...this._notebooks.values()].some((panels) => panels.openRun(runId));
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
    this._notebooks.forEach((panels) => panels.dispose());
    this._notebooks.clear();
  }

  private _add(panel: NotebookPanel): void {
    const store = new PayloadStore();
    const panels = new BesidePanels(panel, store, this._options);
    const tracker = new PayloadTracker(panel, store);
    this._notebooks.set(panel, panels);
    panel.disposed.connect(() => {
      this._notebooks.delete(panel);
      [tracker, panels, store].forEach((each) => each.dispose());
    }, this);
  }

  private _options: IBesideOptions;
  private _isDisposed = false;
  private _notebooks = new Map<NotebookPanel, BesidePanels>();
}
