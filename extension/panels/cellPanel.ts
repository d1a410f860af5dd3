/** @file The panel beside a cell: a view of the cell's runs with an edge to drag; Escape closes it. */
import type { IThemeManager } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { PanelLayout, Widget } from '@lumino/widgets';
import { emptySentence } from '../runState';
import type { PayloadStore } from '../store';
import type { IView } from '../view';
import { ResizeHandle } from './resizeHandle';
import { RunView } from './runView';

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
    const { cellId, trans, view, store, themes, close } = options;
    this._options = options;
    this.addClass('jp-switchyard-Panel');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Routing of this cell'));
    // The notebook's single-key commands must not act on keys meant for the panel.
    this.node.dataset.lmSuppressShortcuts = 'true';
    const source = {
      runs: () => store.runs(cellId),
      kernel: () => store.state.kernel,
      empty: () => emptySentence(trans)
    };
    this.runs = new RunView({ source, view, trans, themes, close });
    const layout = (this.layout = new PanelLayout());
    const width = (): number => this.node.getBoundingClientRect().width;
    layout.addWidget(new ResizeHandle({ trans, width, resize: options.resize }));
    layout.addWidget(this.runs);
    store.changed.connect((_, cells) => cells.includes(cellId) && this.runs.refresh(), this);
  }

  /** The view of the cell's runs. */
  readonly runs: RunView;

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._resizes.disconnect();
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
    if (this.parent) {
      this._resizes.observe(this.parent.node);
    }
  }

  protected override onBeforeDetach(): void {
    this.node.removeEventListener('keydown', this);
    this._resizes.disconnect();
  }

  private _options: ICellPanelOptions;
  private _resizes = new ResizeObserver(() => {
    const cell = this.parent;
    cell?.toggleClass(NARROW_CLASS, cell.node.clientWidth < NARROW);
  });
}
