/** @file The sidebar: the runs of the active notebook, and one or several of them as pictures. */
import type { IThemeManager } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { Panel, PanelLayout, Widget } from '@lumino/widgets';
import { configurationOf, distinctTitles } from '../base/configuration';
import { element } from '../base/dom';
import { FrameScheduler } from '../base/frame';
import { switchyardIcon } from '../base/icon';
import type { PanelSettings } from '../base/panelSettings';
import { RunView } from '../panels';
import { latestRun } from '../base/payloads';
import type { PayloadStore } from '../base/store';
import { readTheme } from '../base/theme';
import { FIRST_VIEW } from '../base/view';
import { ComparedScalars } from './comparedScalars';
import { Differences } from './differences';
import type { IListEntry, IRunAction } from './runList';
import { mostWords, RunList } from './runList';
import { listRuns, matches } from './listRuns';
import type { INotebookRuns } from './runHandle';
import type { RunFolder } from './runFolder';
import { RunHandle } from './runHandle';
import { isFull, leaveNotebook, NO_SELECTION, showRun, toggleCompared, togglePinned } from './selection';

export interface ISidebarOptions {
  trans: TranslationBundle;
  themes: IThemeManager | null;
  settings: PanelSettings;
  /** Runs that were saved beside the notebook in front. Default: none are looked for. */
  folder?: RunFolder;
}

export class RoutingSidebar extends Widget {
  constructor(options: ISidebarOptions) {
    super();
    const { trans } = options;
    this._options = options;
    this.id = 'jp-switchyard-sidebar';
    this.addClass('jp-switchyard-Sidebar');
    this.title.caption = trans.__('Routing');
    this.title.icon = switchyardIcon;
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Routing'));
    this._search.placeholder = trans.__('Search runs');
    this._search.setAttribute('aria-label', trans.__('Search runs'));
    this._search.oninput = () => this._frame.schedule();
    this._list = new RunList(trans);
    this._views.addClass('jp-switchyard-compare');
    const layout = (this.layout = new PanelLayout());
    layout.addWidget(new Widget({ node: element('h2', { text: trans.__('Routing') }) }));
    layout.addWidget(new Widget({ node: this._search }));
    layout.addWidget(this._list);
    layout.addWidget(new Widget({ node: this._empty }));
    this._differences = new Differences(trans);
    layout.addWidget(this._differences);
    this._scalars = new ComparedScalars(trans);
    this._scalars.looked.connect((_, change) => {
      Object.assign(this._view, change);
      this._refresh();
    }, this);
    layout.addWidget(this._scalars);
    layout.addWidget(this._views);
    this._list.acted.connect(this._act, this);
    options.folder?.runs.store.changed.connect(() => this._frame.schedule(), this);
  }

  /** The run in view. */
  get inView(): RunHandle | null {
    return this._present(this._selection.shown) ?? this._newest();
  }

  /** The runs beside it, in order. */
  get compared(): readonly RunHandle[] {
    const listed = this._listed();
    return this._selection.compared.filter((handle) => listed.includes(handle));
  }

  /** The run of this id, of the notebook in front or pinned; null where it is not there. */
  find(runId: string): RunHandle | null {
    return this._listed().find(({ run }) => run.key === runId) ?? null;
  }

  /** The pictures that have the focus, else those of the run in view; null where the sidebar has never been seen. */
  get view(): RunView | null {
    return this._others.find(({ node }) => node.contains(document.activeElement)) ?? this._main;
  }

  /** Follows another notebook; null where none is open. */
  follow(notebook: INotebookRuns | null): void {
    if (notebook?.store === this._notebook?.store) {
      return;
    }
    this._notebook = notebook;
    this._lookIntoFolder();
    this._selection = leaveNotebook(this._selection);
    if (notebook && !this._heard.has(notebook.store)) {
      this._heard.add(notebook.store);
      notebook.store.changed.connect(() => this._frame.schedule(), this);
    }
    this._frame.schedule();
  }

  /** Pins the run in view, or lets it go. */
  pin(): void {
    this._onRun('pin', this.inView);
  }

  /** The run that {@link compare} puts beside the one in view; null where there is no other. */
  get comparable(): RunHandle | null {
    const { inView } = this;
    return (
      this._listed()
        .filter((handle) => handle !== inView)
        .at(-1) ?? null
    );
  }

  /** Shows the run before the one in view beside it, or none where there are some. */
  compare(): void {
    if (this.compared.length === 0) {
      this._onRun('compare', this.comparable);
    } else {
      this._selection = { ...this._selection, compared: [] };
      this._frame.schedule();
      this._refresh();
    }
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._frame.dispose();
      Signal.clearData(this);
      super.dispose();
    }
  }

  protected override onAfterShow(): void {
    this._frame.schedule();
  }

  protected override onAfterAttach(): void {
    this._frame.schedule();
  }

  private _lookIntoFolder(): void {
    if (this.isVisible) {
      void this._options.folder?.look(this._notebook?.path() ?? null);
    }
  }

  private _act(_: RunList, { action, handle }: IRunAction): void {
    this._onRun(action, handle);
  }

  private _onRun(action: IRunAction['action'], handle: RunHandle | null): void {
    if (action === 'reveal') {
      handle?.reveal();
      return;
    }
    const change = { show: showRun, pin: togglePinned, compare: toggleCompared }[action];
    if (handle !== null) {
      this._selection = change({ ...this._selection, compared: this.compared }, handle, this.inView);
      this._frame.schedule();
      this._refresh();
    }
  }

  private _draw(): void {
    if (!this.isVisible) {
      return;
    }
    const { trans } = this._options;
    this._lookIntoFolder();
    const { inView, compared } = this;
    this._main ??= this._createView(() => this.inView);
    const titles = this._titles();
    const entries = this._listed().map((handle): IListEntry => ({
      ...{ handle, row: this._rowOf(handle, titles), shown: handle === inView },
      ...{ pinned: this._selection.pinned.includes(handle), compared: compared.includes(handle) },
      full: isFull({ compared })
    }));
    const found = entries.filter(({ row }) => matches(row, this._search.value));
    this._list.list(found);
    this._search.hidden = entries.length === 0;
    this._empty.textContent =
      entries.length > 0 && found.length === 0
        ? trans.__('No run matches “%1”.', this._search.value)
        : isFull({ compared })
          ? mostWords(trans)
          : '';
    this._showOthers(compared.length);
    this._differences.compare(
      this._together().map((handle) => ({
        title: titles.get(handle) ?? '',
        configuration: configurationOf(handle.run)
      }))
    );
    this._update();
  }

  /** A pinned run of another notebook says which. */
  private _rowOf(handle: RunHandle, titles: ReadonlyMap<RunHandle, string>): IListEntry['row'] {
    const own = handle.row(this._options.trans, this._options.settings.healthLimits);
    const row = { ...own, title: titles.get(handle) ?? own.title };
    const here = [this._notebook?.store, this._options.folder?.runs.store].includes(handle.notebook.store);
    return here ? row : { ...row, details: [...row.details, handle.notebook.name()] };
  }

  /** Titles that tell the runs of the list apart. */
  private _titles(): Map<RunHandle, string> {
    const handles = this._listed();
    const titles = distinctTitles(
      handles.map(({ run }) => run),
      this._options.trans
    );
    return new Map(handles.map((handle, i) => [handle, titles[i]]));
  }

  /** The run in view and those beside it; none where it stands alone. */
  private _together(): RunHandle[] {
    const { inView, compared } = this;
    return inView === null || compared.length === 0 ? [] : [inView, ...compared];
  }

  /** A view for each run beside the one in view, by its place. */
  private _showOthers(count: number): void {
    for (let i = this._others.length; i < count; i++) {
      const handle = (): RunHandle | null => this.compared.at(i) ?? null;
      this._others.push(this._createView(handle, () => this._onRun('compare', handle())));
    }
    this._others.splice(count).forEach((view) => view.dispose());
  }

  private _createView(handle: () => RunHandle | null, close?: () => void): RunView {
    const { trans, themes, settings } = this._options;
    const source = {
      runs: () => [handle()].flatMap((found) => (found ? [found.run] : [])),
      kernel: () => handle()?.kernel ?? 'none',
      titleOf: () => this._titles().get(handle()!),
      beside: () => this._together().flatMap(({ run: { reading } }) => ('payload' in reading ? reading.payload : [])),
      empty: () => this._emptySentence(),
      controls: () => handle()?.notebook.controls ?? null
    };
    const view = new RunView({ source, view: this._view, trans, themes, settings, close });
    view.looked.connect(() => this._refresh(), this);
    this._views.addWidget(view);
    return view;
  }

  private _emptySentence(): string {
    const { trans } = this._options;
    return this._notebook === null
      ? trans.__('No notebook is open. The runs of the notebook in front are shown here.')
      : trans.__('This notebook has no runs yet. Run a cell that routes: its first snapshot appears here.');
  }

  private _update(): void {
    this._compareScalars();
    this._main?.follow();
    this._others.forEach((view) => view.follow());
  }

  private _refresh(): void {
    this._compareScalars();
    this._main?.refresh();
    this._others.forEach((view) => view.refresh());
  }

  /** The scalars of all compared runs in one figure, where scalars are looked at. */
  private _compareScalars(): void {
    const { trans, settings } = this._options;
    const titles = this._titles();
    const wanted = this._view.tab === 'scalars' ? this._together() : [];
    const runs = wanted.flatMap((handle) => {
      const { reading } = handle.run;
      return 'payload' in reading
        ? [{ title: titles.get(handle) ?? reading.payload.source.title, payload: reading.payload }]
        : [];
    });
    this._scalars.compare(runs, { theme: readTheme(settings.colourScheme), trans, ...this._view });
  }

  /** Pinned runs first, then those of the notebook. */
  private _listed(): RunHandle[] {
    return [...new Set([...this._selection.pinned, ...this._ofNotebook(), ...this._ofFolder()])];
  }

  private _ofNotebook(): RunHandle[] {
    return this._handlesOf(this._notebook);
  }

  /** Those of the folder that the notebook does not have itself. */
  private _ofFolder(): RunHandle[] {
    const own = new Set(this._ofNotebook().map(({ id }) => id));
    return this._handlesOf(this._options.folder?.runs ?? null).filter(({ id }) => !own.has(id));
  }

  private _handlesOf(notebook: INotebookRuns | null): RunHandle[] {
    if (notebook === null || notebook.store.isDisposed) {
      return [];
    }
    const known = this._handles.get(notebook.store) ?? new Map<string, RunHandle>();
    this._handles.set(notebook.store, known);
    return listRuns(notebook.store.state, notebook.cellOrder()).map((listed) => {
      const handle = known.get(listed.id) ?? new RunHandle(notebook, listed);
      known.set(listed.id, handle);
      return handle;
    });
  }

  /** A run whose output is gone is in view no more, unless it is pinned. */
  private _present(handle: RunHandle | null): RunHandle | null {
    return handle !== null && this._listed().includes(handle) ? handle : null;
  }

  private _newest(): RunHandle | null {
    const handles = this._ofNotebook();
    const newest = latestRun(handles.map(({ run }) => run));
    return handles.find(({ run }) => run === newest) ?? this._ofFolder().at(0) ?? null;
  }

  private _options: ISidebarOptions;
  private _notebook: INotebookRuns | null = null;
  private _selection = NO_SELECTION;
  /** One view for all: they show the same tab, layer and expert. */
  private _view = { ...FIRST_VIEW };
  private _handles = new WeakMap<PayloadStore, Map<string, RunHandle>>();
  private _heard = new WeakSet<PayloadStore>();
  private _search = element('input', { class: 'jp-switchyard-search', attributes: { type: 'search' } });
  private _empty = element('p', { class: 'jp-switchyard-state', attributes: { role: 'status' } });
  private _list: RunList;
  private _differences: Differences;
  private _scalars: ComparedScalars;
  private _views = new Panel();
  /** Made when the sidebar is first seen: JupyterLab's start does not wait for it. */
  private _main: RunView | null = null;
  private _others: RunView[] = [];
  private _frame = new FrameScheduler(() => this._draw());
}
