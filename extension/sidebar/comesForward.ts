/** @file Brings the sidebar forward where a training of the notebook in front goes on out of view: after Run All it is seen without scrolling. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { IDisposable } from '@lumino/disposable';
import type { NotebookPanels } from '../cells';
import { FrameScheduler } from '../base/frame';
import type { PanelSettings } from '../base/panelSettings';
import { underWay } from '../status';
import type { RoutingSidebar } from './routingSidebar';

export interface IComesForwardOptions {
  shell: JupyterFrontEnd['shell'];
  sidebar: RoutingSidebar;
  notebooks: INotebookTracker;
  panels: NotebookPanels;
  settings: PanelSettings;
}

/** Milliseconds from one look to the next: it asks for the layout, which a page that draws has not always at hand. */
const INTERVAL = 250;
/** Milliseconds that a training is out of view before the sidebar comes: who scrolls past it is not disturbed. */
const PATIENCE = 1000;

/** Once for each notebook; a sidebar that was closed stays so, and one of another kind that is open on the right stays there. */
export class ComesForward implements IDisposable {
  constructor(options: IComesForwardOptions) {
    this._options = options;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Looks soon whether it is time; to be called when a run, or what is in view, may have changed. */
  look(): void {
    this._frame.schedule(this._lookedAt + INTERVAL - performance.now());
  }

  dispose(): void {
    this._isDisposed = true;
    this._frame.dispose();
  }

  private _look(): void {
    const { notebooks, settings } = this._options;
    const notebook = notebooks.currentWidget;
    if (notebook === null || !settings.openSidebar || this._done.has(notebook)) {
      return;
    }
    this._lookedAt = performance.now();
    if (!this._isOutOfView(notebook)) {
      this._awaySince = Infinity;
      return;
    }
    this._awaySince = Math.min(this._awaySince, this._lookedAt);
    const left = this._awaySince + PATIENCE - this._lookedAt;
    if (left > 0) {
      this._frame.schedule(left);
      return;
    }
    this._done.add(notebook);
    this._open();
  }

  private _isOutOfView(notebook: NotebookPanel): boolean {
    const parts = this._options.panels.partsOf(notebook);
    const run = parts && underWay(parts.store.state, Date.now());
    if (parts === undefined || run === undefined) {
      return false;
    }
    const holders = [...parts.store.state.cells].filter(([, runs]) => runs.some(({ key }) => key === run.key));
    const cells = notebook.content.widgets.filter(({ model }) => holders.some(([id]) => id === model.id));
    return !cells.some(({ node }) => overlap(node, notebook.content.node));
  }

  private _open(): void {
    const { shell, sidebar } = this._options;
    // JupyterLab says whether its right side is closed, Notebook 7 does not.
    const isTaken = (shell as { rightCollapsed?: boolean }).rightCollapsed === false;
    if (!sidebar.isVisible && !isTaken) {
      shell.activateById(sidebar.id);
    }
  }

  private _options: IComesForwardOptions;
  private _done = new WeakSet<NotebookPanel>();
  private _awaySince = Infinity;
  private _lookedAt = -Infinity;
  private _isDisposed = false;
  private _frame = new FrameScheduler(() => this._look());
}

/** Whether some of a node is in view in another; nodes that are not in the document are not. */
function overlap(node: Element, within: Element): boolean {
  const [inner, outer] = [node.getBoundingClientRect(), within.getBoundingClientRect()];
  return node.isConnected && inner.height > 0 && inner.bottom > outer.top && inner.top < outer.bottom;
}
