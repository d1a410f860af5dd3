/** @file The compact view of a payload in a cell's output: title, step, a small load heatmap or a sentence, and the key numbers. */
import type { IThemeManager } from '@jupyterlab/apputils';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import { MIME_TYPE } from '@switchyard/kernel-lib/protocol';
import { element, setChildren, tableElement } from '../base/dom';
import { FrameScheduler } from '../base/frame';
import { PanelSettings } from '../base/panelSettings';
import type { Reading } from '../base/reading';
import { readPayload } from '../base/reading';
import type { RunRegistry } from '../base/runRegistry';
import { problemSentence } from '../base/runState';
import { kindOf } from '../kinds';
import type { IOutputView, ISummary } from '../kinds/kind';
import { SummaryHead } from './summaryHead';
import type { ITheme } from '../base/theme';
import { readTheme } from '../base/theme';
import { FIRST_VIEW } from '../base/view';

export interface IRendererOptions {
  trans: TranslationBundle;
  themes: IThemeManager | null;
  /** Default: as the settings are when nobody changed them. */
  settings?: PanelSettings;
  /** Opens the panel of the cell that holds a run. */
  openPanel: (runId: string) => void;
  /** Knows what became of runs. Default: nobody does. */
  registry?: RunRegistry;
}

/** Rows of a table; the panel shows all. */
const MAX_ROWS = 12;

export class PayloadRenderer extends Widget implements IRenderMime.IRenderer {
  constructor(options: IRendererOptions) {
    super();
    this.addClass('jp-switchyard-Summary');
    const { trans, openPanel, themes, settings = new PanelSettings() } = options;
    this._options = options;
    this._settings = settings;
    this._head = new SummaryHead(trans, openPanel);
    themes?.themeChanged.connect(this._drawAnew, this);
    settings.changed.connect(this._drawAnew, this);
    options.registry?.changed.connect(this._describe, this);
  }

  /**
   * Draws the model's payload in place of the one before: at once a run's first and last, the others when their time
   * has come. Never rejects: what cannot be drawn is said in words.
   */
  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this._reading = readPayload(model.data[MIME_TYPE]);
    if (this._isUnderWay(this._reading)) {
      this._frame.schedule(this._settings.outputBudget.wait);
    } else {
      this._draw();
    }
    return Promise.resolve();
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._frame.dispose();
      Signal.clearData(this);
      super.dispose();
    }
  }

  /** Only now is it known in which notebook this is. */
  protected override onAfterAttach(): void {
    this._describe();
  }

  private _describe(): void {
    if (this._shown !== null && this.isAttached) {
      this._say(this._shown);
    }
  }

  private _say(payload: Payload): void {
    this._head.show(payload, this._options.registry?.of(this.node));
    // An output that is wider than its cell is scrolled by keys: something in it takes the focus, or it does itself.
    if (this._head.takesFocus) {
      this.node.removeAttribute('tabindex');
    } else {
      this.node.tabIndex = 0;
    }
  }

  /** Whether it is a further snapshot of the run that is shown, and not the last. */
  private _isUnderWay(reading: Reading): boolean {
    return 'payload' in reading && reading.payload.runId === this._shown?.runId && !reading.payload.source.final;
  }

  private _drawLater(): void {
    const { outputBudget: budget } = this._settings;
    if (budget.wait > 0) {
      this._frame.schedule(budget.wait);
    } else {
      budget.run(() => this._draw());
    }
  }

  /** In another theme. */
  private _drawAnew(): void {
    this._theme = null;
    this._draw();
  }

  private _draw(): void {
    const reading = this._reading;
    if (reading === null) {
      return;
    }
    const { trans } = this._options;
    this._shown = 'payload' in reading ? reading.payload : null;
    setChildren(
      this.node,
      'payload' in reading
        ? this._summary(reading.payload)
        : [element('p', { class: 'jp-switchyard-state', text: problemSentence(reading, trans) })]
    );
  }

  private _summary(payload: Payload): Node[] {
    const { trans } = this._options;
    this._say(payload);
    // To read it has the browser compute styles.
    const theme = (this._theme ??= readTheme(this._settings.colourScheme));
    const view = this._viewOf(payload);
    if (view !== undefined) {
      return [this._head.node, ...view.show(payload, theme)];
    }
    const { layer, expert, choices } = FIRST_VIEW;
    const summary = kindOf(payload).summary?.(payload, { theme, trans, layer, expert, choices }) ?? null;
    return summary === null ? [this._head.node] : [this._head.node, ...this._numbers(summary)];
  }

  /** The view of a kind that draws more than words; the same one for all snapshots. */
  private _viewOf(payload: Payload): IOutputView<Payload> | undefined {
    const known = this._views.get(payload.kind);
    const made = known ?? kindOf(payload).output?.(this._options.trans);
    if (made !== undefined) {
      this._views.set(payload.kind, made);
    }
    return made;
  }

  /** A sentence, and a table of the first rows. */
  private _numbers({ sentence, table }: ISummary): Node[] {
    const { trans } = this._options;
    const text = element('p', { text: sentence });
    if (table === null) {
      return [text];
    }
    const shown = tableElement({ ...table, rows: table.rows.slice(0, MAX_ROWS) });
    const hidden = table.rows.length - MAX_ROWS;
    if (hidden > 0) {
      shown.append(
        element('caption', { text: trans._n('%1 more row in the panel', '%1 more rows in the panel', hidden) })
      );
    }
    return [text, shown];
  }

  private _options: IRendererOptions;
  private _settings: PanelSettings;
  private _head: SummaryHead;
  private _views = new Map<Payload['kind'], IOutputView<Payload>>();
  private _theme: ITheme | null = null;
  private _reading: Reading | null = null;
  /** The payload that is shown; null where none is. */
  private _shown: Payload | null = null;
  private _frame = new FrameScheduler(() => this._drawLater());
}

/** Rank before HTML (50): the picture is preferred to the static forms in the same bundle. Safe: it only sets text. */
export function createRendererFactory(options: IRendererOptions): IRenderMime.IRendererFactory {
  return {
    safe: true,
    mimeTypes: [MIME_TYPE],
    defaultRank: 40,
    createRenderer: () => new PayloadRenderer(options)
  };
}
