/** @file The panel beside a cell: what the store holds for that cell, drawn at most once a frame and only in view. */
import type { IThemeManager } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { PanelLayout, Widget } from '@lumino/widgets';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import { layerLabels } from '../charts';
import { element } from '../dom';
import { FrameScheduler } from '../frame';
import type { IRun } from '../payloads';
import { latestRun } from '../payloads';
import { emptySentence, problemSentence, runState, stateSentence } from '../runState';
import type { PayloadStore } from '../store';
import { readTheme } from '../theme';
import type { IView } from '../view';
import type { Choice } from './panelHeader';
import { PanelHeader } from './panelHeader';
import { ResizeHandle } from './resizeHandle';
import { TabbedPictures } from './tabbedPictures';

export interface ICellPanelOptions {
  cellId: string;
  store: PayloadStore;
  /** It outlives the panel, which goes when its cell is moved. */
  view: IView;
  trans: TranslationBundle;
  themes: IThemeManager | null;
  resize: (width: number, done: boolean) => void;
  close: () => void;
}

/** A cell narrower than this, in pixels, has its panel below instead of beside. */
const NARROW = 560;
const NARROW_CLASS = 'jp-switchyard-mod-narrow';

export class CellPanel extends Widget {
  constructor(options: ICellPanelOptions) {
    super();
    const { trans, view, store, themes } = options;
    this._options = options;
    this.addClass('jp-switchyard-Panel');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Routing of this cell'));
    // The notebook's single-key commands must not act on keys meant for the panel.
    this.node.dataset.lmSuppressShortcuts = 'true';
    this._header = new PanelHeader(trans);
    this._pictures = new TabbedPictures(trans, view.tab);
    const layout = (this.layout = new PanelLayout());
    const width = (): number => this.node.getBoundingClientRect().width;
    layout.addWidget(new ResizeHandle({ trans, width, resize: options.resize }));
    layout.addWidget(this._header);
    layout.addWidget(this._state);
    layout.addWidget(this._pictures);
    this._header.chosen.connect(this._choose, this);
    this._pictures.looked.connect((_, change) => this._look(change), this);
    store.changed.connect((_, cells) => cells.includes(options.cellId) && this._frame.schedule(), this);
    themes?.themeChanged.connect(() => this._frame.schedule(), this);
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._frame.dispose();
    this._resizes.disconnect();
    this._views.disconnect();
    Signal.clearData(this);
    super.dispose();
  }

  handleEvent(event: Event): void {
    if ((event as KeyboardEvent).key === 'Escape') {
      this._options.close();
    }
  }

  protected override onAfterAttach(): void {
    this.node.addEventListener('keydown', this);
    this._resizes.observe(this.node);
    if (this.parent) {
      this._resizes.observe(this.parent.node);
    }
    this._views.observe(this.node);
    this._frame.schedule();
  }

  protected override onBeforeDetach(): void {
    this.node.removeEventListener('keydown', this);
    this._resizes.disconnect();
    this._views.disconnect();
    this._inView = false;
  }

  private _draw(): void {
    if (!this._inView || this.isDisposed) {
      return;
    }
    const runs = this._options.store.runs(this._options.cellId);
    const run = runs.find((each) => each.key === this._options.view.run) ?? latestRun(runs);
    if (run === undefined) {
      this._say(this._options.trans.__('Routing'), emptySentence(this._options.trans));
    } else if ('problem' in run.reading) {
      this._say(this._options.trans.__('Routing'), problemSentence(run.reading, this._options.trans), runs, run);
    } else {
      this._show(run.reading.payload, run, runs);
    }
  }

  private _show(payload: Payload, run: IRun, runs: readonly IRun[]): void {
    const { store, trans, view } = this._options;
    const { source } = payload;
    const state = runState(payload, run, store.state.kernel, Date.now());
    const layers = payload.kind === 'routing' ? layerLabels(payload.data.layers) : [];
    const layer = Math.min(view.layer, Math.max(0, layers.length - 1));
    this._header.describe({
      ...this._runChoice(runs, run),
      title: source.title,
      state,
      step: source.step,
      totalSteps: source.totalSteps,
      layers,
      layer
    });
    this._tell(stateSentence(state, source.step, trans));
    this._pictures.show();
    const { expert, choices } = view;
    this._pictures.draw(payload, { theme: readTheme(), trans, layer, expert, choices });
  }

  private _say(title: string, sentence: string, runs: readonly IRun[] = [], run?: IRun): void {
    const blank = { state: null, step: 0, totalSteps: null, layers: [], layer: 0 };
    this._header.describe({ ...blank, ...this._runChoice(runs, run), title });
    this._tell(sentence);
    this._pictures.hide();
  }

  private _tell(sentence: string): void {
    this._state.setHidden(sentence === '');
    this._state.node.textContent = sentence;
  }

  private _runChoice(runs: readonly IRun[], run?: IRun): { runs: string[]; run: number } {
    const title = ({ reading, key }: IRun): string => ('payload' in reading ? reading.payload.source.title : key);
    return { runs: runs.map((each, i) => `${i + 1}. ${title(each)}`), run: run ? runs.indexOf(run) : 0 };
  }

  private _choose(_: PanelHeader, choice: Choice): void {
    if (choice === 'close') {
      this._options.close();
    } else if ('run' in choice) {
      this._look({ run: this._options.store.runs(this._options.cellId)[choice.run]?.key ?? null });
    } else {
      this._look(choice);
    }
  }

  private _look(change: Partial<IView>): void {
    Object.assign(this._options.view, change);
    this._frame.schedule();
  }

  private _options: ICellPanelOptions;
  private _header: PanelHeader;
  private _state = new Widget({
    node: element('p', { class: 'jp-switchyard-state', attributes: { role: 'status' } })
  });
  private _pictures: TabbedPictures;
  private _inView = false;
  private _frame = new FrameScheduler(() => this._draw());
  private _resizes = new ResizeObserver(() => {
    const cell = this.parent;
    cell?.toggleClass(NARROW_CLASS, cell.node.clientWidth < NARROW);
    this._frame.schedule();
  });
  /** Tells of scrolling, hidden tabs, detached cells and skipped content alike. */
  private _views = new IntersectionObserver(
    (entries) => {
      this._inView = entries[entries.length - 1].isIntersecting;
      this._frame.schedule();
    },
    { rootMargin: '200px' }
  );
}
