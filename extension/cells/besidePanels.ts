/** @file Puts panels beside the cells of one notebook, and back beside them when the notebook makes their cells anew. */
import type { IThemeManager } from '@jupyterlab/apputils';
import type { Cell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import type { PanelLayout } from '@lumino/widgets';
import { Signal } from '@lumino/signaling';
import type { RunControls } from '../control';
import type { RunView } from '../panels';
import { CellPanel } from '../panels';
import type { IRun } from '../base/payloads';
import { holders } from '../base/payloads';
import type { PanelSettings } from '../base/panelSettings';
import type { RunRegistry } from '../base/runRegistry';
import { RUN_STATES, runState } from '../base/runState';
import type { PayloadStore } from '../base/store';
import type { IView } from '../base/view';
import { FIRST_VIEW } from '../base/view';

const CELL_CLASS = 'jp-switchyard-mod-beside';
const WIDTH = '--jp-switchyard-panel-width';

export interface IBesideOptions {
  trans: TranslationBundle;
  themes: IThemeManager | null;
  settings: PanelSettings;
  registry: RunRegistry;
  /** Called when a panel opened or closed. */
  onToggle: () => void;
  /** Whether JupyterLab may take a key in a panel for a shortcut. */
  isShortcut: (event: KeyboardEvent) => boolean;
}

/** Panels of one notebook. */
export interface INotebookParts {
  store: PayloadStore;
  controls: RunControls;
}

export class BesidePanels implements IDisposable {
  constructor(notebook: NotebookPanel, parts: INotebookParts, options: IBesideOptions) {
    const { store, controls } = parts;
    this._notebook = notebook;
    this._store = store;
    this._controls = controls;
    this._options = options;
    store.changed.connect(this._onPayloads, this);
    notebook.content.modelContentChanged.connect(this._sync, this);
    options.settings.changed.connect(this._applySettings, this);
    this._applySettings();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  isOpen(cellId: string): boolean {
    return this._open.has(cellId);
  }

  /** View that the panel of a cell shows; undefined where it is closed. */
  viewOf(cellId: string): RunView | undefined {
    return this._panels.get(cellId)?.runs;
  }

  open(cellId: string): void {
    this._open.add(cellId);
    this._store.runs(cellId).forEach((run) => this._dismissed.delete(run.key));
    this._sync();
  }

  close(cellId: string): void {
    const panel = this._panels.get(cellId);
    const hadFocus = panel?.node.contains(document.activeElement) ?? false;
    this._open.delete(cellId);
    this._store.runs(cellId).forEach((run) => this._dismissed.add(run.key));
    this._sync();
    if (hadFocus) {
      this._cell(cellId)?.node.focus();
    }
  }

  toggle(cellId: string): void {
    if (this.isOpen(cellId)) {
      this.close(cellId);
    } else {
      this.open(cellId);
    }
  }

  /** Opens the panel of the cell that holds a run: of several copies the active one's. False where none does. */
  openRun(runId: string): boolean {
    const held = holders(this._store.state, runId);
    const cellId = held.find((id) => id === this._notebook.content.activeCell?.model.id) ?? held.at(0);
    if (cellId !== undefined) {
      Object.assign(this._viewOf(cellId), { run: runId, step: null });
      this.open(cellId);
      this.viewOf(cellId)?.refresh();
      this._options.registry.changes();
    }
    return cellId !== undefined;
  }

  /** Brings the cell that holds a run into view, and its notebook's page to it. */
  reveal(runId: string): void {
    const { content } = this._notebook;
    const [cellId] = holders(this._store.state, runId);
    const index = content.widgets.findIndex(({ model }) => model.id === cellId);
    if (index >= 0) {
      content.activeCellIndex = index;
      void content.scrollToItem(index, 'smart');
    }
  }

  /** Whether a panel shows the run. */
  isBeside(runId: string): boolean {
    return holders(this._store.state, runId).some((id) => this.viewOf(id)?.run?.key === runId);
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    Signal.clearData(this);
    [...this._panels.keys()].forEach((id) => this._remove(id));
    this._notebook.content.node.style.removeProperty(WIDTH);
    delete this._notebook.content.node.dataset.switchyardSide;
  }

  private _onPayloads(store: PayloadStore, cells: readonly string[]): void {
    for (const id of cells) {
      if (store.runs(id).some((run) => this._wants(id, run))) {
        this._open.add(id);
      }
    }
    this._sync();
  }

  /** A run opens its panel while it is live, and takes it along when its outputs go to another cell (a split). */
  private _wants(cellId: string, run: IRun): boolean {
    if (this._dismissed.has(run.key) || !('payload' in run.reading)) {
      return false;
    }
    const { cells, kernel } = this._store.state;
    const followed = this._followed.get(run.key);
    if (followed !== undefined && followed !== cellId && !cells.has(followed)) {
      return true;
    }
    const state = runState(run.reading.payload, run, kernel, Date.now());
    return this._options.settings.openWhileRunning && RUN_STATES[state].underWay;
  }

  /** Brings panels and cells together: every open cell that exists has one, no other has. */
  private _sync(): void {
    const cells = new Map(this._notebook.content.widgets.map((cell) => [cell.model.id, cell]));
    for (const id of [...this._panels.keys()]) {
      const cell = cells.get(id);
      if (!cell || !this._open.has(id) || this._panels.get(id)?.parent !== cell) {
        this._remove(id);
      }
    }
    for (const id of this._open) {
      const cell = cells.get(id);
      if (cell && !cell.isDisposed && !this._panels.has(id)) {
        this._add(id, cell);
      }
      this._store.runs(id).forEach((run) => this._followed.set(run.key, id));
    }
    this._options.registry.changes();
  }

  private _add(cellId: string, cell: Cell): void {
    const { trans, themes, settings, isShortcut } = this._options;
    const view = this._viewOf(cellId);
    const panel = new CellPanel({
      cellId,
      store: this._store,
      controls: this._controls,
      view,
      trans,
      themes,
      settings,
      resize: (width, done) => this._resize(width, done),
      close: () => this.close(cellId),
      isShortcut
    });
    panel.runs.looked.connect(() => this._options.registry.changes(), this);
    this._panels.set(cellId, panel);
    cell.addClass(CELL_CLASS);
    (cell.layout as PanelLayout).addWidget(panel);
    this._options.onToggle();
  }

  private _remove(cellId: string): void {
    const panel = this._panels.get(cellId);
    panel?.parent?.removeClass(CELL_CLASS);
    panel?.dispose();
    this._panels.delete(cellId);
    this._options.onToggle();
  }

  private _viewOf(cellId: string): IView {
    const view = this._views.get(cellId) ?? { ...FIRST_VIEW };
    this._views.set(cellId, view);
    return view;
  }

  private _resize(width: number, done: boolean): void {
    this._notebook.content.node.style.setProperty(WIDTH, `${width}px`);
    if (done) {
      this._options.settings.saveWidth(width);
    }
  }

  private _applySettings(): void {
    this._resize(this._options.settings.width, false);
    this._notebook.content.node.dataset.switchyardSide = this._options.settings.side;
  }

  private _cell(cellId: string): Cell | undefined {
    return this._notebook.content.widgets.find((cell) => cell.model.id === cellId);
  }

  private _notebook: NotebookPanel;
  private _store: PayloadStore;
  private _controls: RunControls;
  private _options: IBesideOptions;
  private _isDisposed = false;
  private _open = new Set<string>();
  private _panels = new Map<string, CellPanel>();
  private _views = new Map<string, IView>();
  /** Runs whose panel the reader closed: they do not open by themselves again. */
  private _dismissed = new Set<string>();
  /** Runs that were in an open panel, with their cell. */
  private _followed = new Map<string, string>();
}
