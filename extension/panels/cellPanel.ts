/** @file The panel beside a cell: a view of the cell's runs with an edge to drag. */
import type { IThemeManager } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { PanelLayout, Widget } from '@lumino/widgets';
import type { RunControls } from '../control';
import type { PanelSettings } from '../base/panelSettings';
import { emptySentence } from '../base/runState';
import type { PayloadStore } from '../base/store';
import type { IView } from '../base/view';
import { ResizeHandle } from './resizeHandle';
import { RunView } from './runView';

export interface ICellPanelOptions {
  cellId: string;
  store: PayloadStore;
  /** Holds and stops runs; without it the panel says of a run under way that no kernel is connected. */
  controls?: RunControls;
  /** It outlives the panel, which goes when its cell is moved. */
  view: IView;
  trans: TranslationBundle;
  themes: IThemeManager | null;
  /** Default: as the settings are when nobody changed them. */
  settings?: PanelSettings;
  resize: (width: number, done: boolean) => void;
  close: () => void;
  /** Whether JupyterLab may take a key for a shortcut. Default: it may none. */
  isShortcut?: (event: KeyboardEvent) => boolean;
}

/** A cell narrower than this, in pixels, has its panel below instead of beside. */
const NARROW = 560;
const NARROW_CLASS = 'jp-switchyard-mod-narrow';

export class CellPanel extends Widget {
  constructor(options: ICellPanelOptions) {
    super();
    const { cellId, trans, view, store, themes, settings, close } = options;
    this._options = options;
    this.addClass('jp-switchyard-Panel');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Routing of this cell'));
    const source = {
      runs: () => store.runs(cellId),
      kernel: () => store.state.kernel,
      empty: () => emptySentence(trans),
      controls: () => options.controls ?? null
    };
    this.runs = new RunView({ source, view, trans, themes, settings, close });
    const layout = (this.layout = new PanelLayout());
    const width = (): number => this.node.getBoundingClientRect().width;
    layout.addWidget(
      new ResizeHandle({ trans, width, mirrored: () => settings?.side === 'left', resize: options.resize })
    );
    layout.addWidget(this.runs);
    store.changed.connect((_, cells) => cells.includes(cellId) && this.runs.follow(), this);
    settings?.changed.connect(this._place, this);
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
    this._guard(event as KeyboardEvent);
  }

  protected override onAfterAttach(): void {
    window.addEventListener('keydown', this, true);
    if (this.parent) {
      this._resizes.observe(this.parent.node);
    }
  }

  protected override onBeforeDetach(): void {
    window.removeEventListener('keydown', this, true);
    this._resizes.disconnect();
  }

  /** The notebook's commands must not act on keys meant for the panel; JupyterLab asks the focused node, after this. */
  private _guard(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (this.node.contains(target)) {
      const own = this._options.isShortcut?.(event) ?? false;
      target.toggleAttribute('data-lm-suppress-shortcuts', !own);
    }
  }

  private _place(): void {
    const cell = this.parent;
    const below = this._options.settings?.side === 'below';
    cell?.toggleClass(NARROW_CLASS, below || cell.node.clientWidth < NARROW);
  }

  private _options: ICellPanelOptions;
  private _resizes = new ResizeObserver(() => this._place());
}
