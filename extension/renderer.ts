/** @file The compact view of a payload in a cell's output: title, step, a small load heatmap or a sentence, and the key numbers. */
import type { IThemeManager } from '@jupyterlab/apputils';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import type { Payload, RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { MIME_TYPE } from '@switchyard/kernel-lib/protocol';
import { brief, layerLabels, loadCeiling, percent, timesFair } from './charts';
import { element, tableElement } from './dom';
import { loadStrip } from './loadStrip';
import { PanelSettings } from './panelSettings';
import { readPayload } from './reading';
import { problemSentence, stateLabel } from './runState';
import type { ISummary } from './summaries';
import { summaryOf } from './summaries';
import { readTheme } from './theme';
import { FIRST_VIEW } from './view';

export interface IRendererOptions {
  trans: TranslationBundle;
  themes: IThemeManager | null;
  /** Default: as the settings are when nobody changed them. */
  settings?: PanelSettings;
  /** Opens the panel of the cell that holds a run. */
  openPanel: (runId: string) => void;
}

/** Rows of the summary; the panel shows every layer. */
const MAX_ROWS = 12;

export class PayloadRenderer extends Widget implements IRenderMime.IRenderer {
  constructor(options: IRendererOptions) {
    super();
    this.addClass('jp-switchyard-Summary');
    const { themes, settings = new PanelSettings() } = options;
    this._options = options;
    this._settings = settings;
    themes?.themeChanged.connect(this._draw, this);
    settings.changed.connect(this._draw, this);
  }

  /** Draws the model's payload in place of the one before. Never rejects: what cannot be drawn is said in words. */
  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this._value = model.data[MIME_TYPE];
    this._draw();
    return Promise.resolve();
  }

  override dispose(): void {
    if (!this.isDisposed) {
      Signal.clearData(this);
      super.dispose();
    }
  }

  private _draw(): void {
    if (this._value === undefined) {
      return;
    }
    const reading = readPayload(this._value);
    this.node.replaceChildren(
      ...('payload' in reading
        ? this._summary(reading.payload)
        : [element('p', { class: 'jp-switchyard-state', text: problemSentence(reading, this._options.trans) })])
    );
  }

  private _summary(payload: Payload): Node[] {
    const { trans, openPanel } = this._options;
    const { source } = payload;
    const steps =
      source.totalSteps === null
        ? trans.__('step %1', source.step)
        : trans.__('step %1 of %2', source.step, source.totalSteps);
    const open = element('button', { class: 'jp-switchyard-link', text: trans.__('Show beside the cell') });
    open.type = 'button';
    open.onclick = () => openPanel(payload.runId);
    const head = element(
      'div',
      { class: 'jp-switchyard-head' },
      element('strong', { text: source.title }),
      element('span', { text: `${steps} · ${stateLabel(source.status, trans)}` }),
      open
    );
    if (payload.kind === 'routing') {
      return payload.data.layers.length > 0 ? [head, this._loads(payload)] : [head];
    }
    const { layer, expert, choices } = FIRST_VIEW;
    const summary = summaryOf(payload, {
      theme: readTheme(this._settings.colourScheme),
      trans,
      layer,
      expert,
      choices
    });
    return summary === null ? [head] : [head, ...this._numbers(summary)];
  }

  /** One row a layer: its load, expert by expert, and the key numbers. */
  private _loads(payload: RoutingPayload): Node {
    const { trans } = this._options;
    const layers = payload.data.layers.slice(0, MAX_ROWS);
    const labels = layerLabels(payload.data.layers);
    const ratios = layers.map((layer) => layer.load.map((load) => timesFair(load, layer.numExperts)));
    const ceiling = loadCeiling(ratios);
    const { colours } = readTheme(this._settings.colourScheme);
    const columns = [
      trans.__('Layer'),
      trans.__('Load by expert'),
      trans.__('MaxVio'),
      trans.__('Entropy'),
      trans.__('Dropped')
    ];
    const head = element('tr', {}, ...columns.map((text) => element('th', { text, attributes: { scope: 'col' } })));
    const rows = layers.map((layer, i) => {
      const strip = loadStrip(ratios[i], ceiling, colours);
      strip.setAttribute(
        'aria-label',
        trans.__('%1 experts, the fullest at %2 × fair share', layer.numExperts, brief(Math.max(...ratios[i])))
      );
      const numbers = [brief(layer.maxVio), brief(layer.entropy), percent(layer.dropped)];
      return element(
        'tr',
        {},
        element('th', { text: labels[i], attributes: { scope: 'row' } }),
        element('td', {}, strip),
        ...numbers.map((text) => element('td', { text }))
      );
    });
    const table = element(
      'table',
      { class: 'jp-switchyard-loads' },
      element('thead', {}, head),
      element('tbody', {}, ...rows)
    );
    const hidden = payload.data.layers.length - layers.length;
    if (hidden > 0) {
      table.append(
        element('caption', { text: trans._n('%1 more layer in the panel', '%1 more layers in the panel', hidden) })
      );
    }
    return table;
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
  private _value: unknown;
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
