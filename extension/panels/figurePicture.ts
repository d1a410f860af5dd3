/** @file A chart drawn by plotly.js: updated in place, never rebuilt. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import type { PlotlyHTMLElement, PlotMouseEvent } from 'plotly.js';
import type { IChartContext, IFigure } from '../charts/figure';
import { withStepRange } from '../charts/stepAxis';
import { underBar } from '../charts/underBar';
import { element } from '../base/dom';
import type { IExportable } from '../base/exporting';
import { exportButton } from '../base/exporting';
import type { PlotlyApi } from '../base/plotly';
import { loadPlotly } from '../base/plotly';
import type { ITheme } from '../base/theme';
import type { IView } from '../base/view';
import { Choices } from './choices';
import type { IDrawing } from './redraw';
import { drawInPlace, frameKey } from './redraw';
import { Numbers } from './numbers';
import type { IPicture } from './picture';
import { StepZoom, zoomOf } from './stepZoom';

// A label is text, also between dollar signs: JupyterLab has part of MathJax where it has typeset a formula, and plotly.js takes it for all.
const CONFIG = { typesetMath: false, displayModeBar: false, displaylogo: false, responsive: false, showTips: false };

/** A narrow panel's labels are cut; a file has room, in pixels. */
const MIN_EXPORT_WIDTH = 640;

export interface IFigurePictureOptions {
  /** Name of the picture, kebab-case: its place in tests and styles. */
  id: string;
  title: string;
  chart: (payload: Payload, context: IChartContext) => IFigure | null;
  /** Whether its numbers are open from the start. Default: they are closed. */
  openNumbers?: boolean;
  trans: TranslationBundle;
}

export class FigurePicture extends Widget implements IPicture {
  constructor(options: IFigurePictureOptions) {
    super({ node: element('figure') });
    this.addClass('jp-switchyard-Picture');
    this.node.dataset.picture = options.id;
    this._options = options;
    this._sizes.observe(this._plot);
    this._numbers = new Numbers(options.trans.__('Numbers'), options.title, {
      trans: options.trans,
      open: options.openNumbers,
      looked: (view) => this._looked.emit(view)
    });
    const save = exportButton(options.title, () => this.exported(), options.trans);
    this._zoom = new StepZoom(options.trans, (range) => this._choose(withStepRange(this._view, range)));
    this.node.append(
      element('figcaption', { text: options.title }, this._choices.node, save),
      this._plot,
      this._zoom.node,
      this._message,
      this._numbers.node
    );
  }

  get looked(): ISignal<this, Partial<IView>> {
    return this._looked;
  }

  draw(payload: Payload, context: IChartContext): boolean {
    const width = this._width || this._measured() || undefined;
    const made = this._options.chart(payload, { ...context, width });
    this._isNothing = made === null;
    this.setHidden(made === null);
    if (made === null || this.isDisposed) {
      this._drawn = null;
      return false;
    }
    const figure = underBar(made);
    this._plot.setAttribute('aria-label', figure.summary);
    this._numbers.show(figure.table);
    this._choices.show(figure.choices ?? []);
    this._view = context.choices;
    this._zoom.show(figure.steps ?? [], context.choices);
    this._pick = figure.pick;
    this._plot.classList.toggle('jp-mod-pickable', figure.pick !== undefined);
    const blank = figure.data.length === 0;
    this._plot.hidden = blank;
    this._numbers.node.hidden = blank;
    this._words = blank ? figure.summary : (figure.note ?? '');
    this._message.textContent = this._words;
    this._figure = blank ? null : figure;
    this._drawn = blank ? null : { figure, payload, theme: context.theme };
    void this._render();
    return true;
  }

  /** Pixels that there are for a plot which is not drawn yet; 0 where the picture has nothing to show. */
  private _measured(): number {
    return this._isNothing ? 0 : this._plot.clientWidth || this.node.clientWidth;
  }

  exported(): IExportable | null {
    if (this._drawn === null) {
      return null;
    }
    const { figure, payload, theme } = this._drawn;
    const width = Math.max(this._plot.clientWidth, MIN_EXPORT_WIDTH);
    const layout = { ...figure.layout, width, paper_bgcolor: theme.background };
    const svg = async (): Promise<string> => {
      const { toImage } = await loadPlotly();
      const height = layout.height ?? this._plot.clientHeight;
      const url = await toImage({ data: figure.data, layout, config: CONFIG }, { format: 'svg', width, height });
      return decodeURIComponent(url.slice(url.indexOf(',') + 1));
    };
    const { id, title } = this._options;
    return { picture: id, title, layer: figure.layer, table: figure.table, payload, theme, svg };
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._figure = null;
    this._sizes.disconnect();
    this._plotly?.purge(this._plot);
    Signal.clearData(this);
    super.dispose();
  }

  /** Draws the newest figure; one that comes meanwhile is drawn after. */
  private async _render(): Promise<void> {
    if (this._rendering || this._figure === null) {
      return;
    }
    this._rendering = true;
    try {
      this._plotly ??= await loadPlotly();
      while (this._figure && !this.isDisposed) {
        const { data, layout, steps } = this._figure;
        this._figure = null;
        // A zoom of steps is the view's: plotly tells of a double click and leaves the axes alone.
        const config = { ...CONFIG, ...(steps ? { doubleClick: false as const } : {}) };
        const sized = { ...layout, width: this._width || this._plot.clientWidth };
        await this._drawFigure(this._plotly, { data, layout: sized, config });
        this._listen();
      }
      this._message.textContent = this._words;
    } catch (error) {
      this._message.textContent = this._options.trans.__('The figure could not be drawn: %1', String(error));
    } finally {
      this._rendering = false;
    }
  }

  /** Only what changed where that is known, else the whole figure. */
  private async _drawFigure(plotly: PlotlyApi, drawing: IDrawing): Promise<void> {
    const frame = frameKey(drawing);
    const same = frame !== null && frame === this._frame;
    // Where drawing fails, what stands is not known.
    this._frame = null;
    if (!same || !drawInPlace(plotly, this._plot, drawing)) {
      await plotly.react(this._plot, drawing.data, drawing.layout, drawing.config);
    }
    this._frame = frame;
  }

  /** plotly adds its events to the node when it draws for the first time. */
  private _listen(): void {
    if (!this._listening) {
      this._listening = true;
      const plot = this._plot as unknown as PlotlyHTMLElement;
      plot.on('plotly_click', (event) => this._onClick(event));
      plot.on('plotly_relayout', (event) => this._zoom.to(zoomOf(event as Record<string, unknown>)));
      plot.on('plotly_doubleclick', () => this._zoom.reset());
    }
  }

  /** The next choice may come before this one is drawn. */
  private _choose(choices: Readonly<Record<string, string>>): void {
    this._view = choices;
    this._looked.emit({ choices });
  }

  private _onClick({ points }: PlotMouseEvent): void {
    const point = points.at(0);
    if (point && this._pick) {
      const { curveNumber, x, y, pointNumber, customdata } = point;
      const at = { x: x as number | string, y: y as number | string, index: pointNumber };
      this._looked.emit(this._pick({ ...at, trace: curveNumber, data: customdata }));
    }
  }

  private _options: IFigurePictureOptions;
  private _looked = new Signal<this, Partial<IView>>(this);
  private _choices = new Choices((name, value) => this._choose({ ...this._view, [name]: value }));
  private _view: Readonly<Record<string, string>> = {};
  private _pick: IFigure['pick'];
  private _listening = false;
  private _plot = element('div', { class: 'jp-switchyard-plot', attributes: { role: 'img' } });
  /** Whether the payload before had nothing for this picture. */
  private _isNothing = false;
  /** Pixels that the plot is wide; 0 where it is not seen. To ask the browser would have it lay out the page, snapshot after snapshot. */
  private _width = 0;
  private _sizes = new ResizeObserver(([{ target }]) => (this._width = target.clientWidth));
  private _message = element('p', { class: 'jp-switchyard-state' });
  private _numbers: Numbers;
  private _zoom: StepZoom;
  /** Figure that stands, but for its numbers; null where none does. */
  private _frame: string | null = null;
  /** The figure that waits to be rendered. */
  private _figure: IFigure | null = null;
  /** Why there is nothing to draw, or what is said of the picture. */
  private _words = '';
  private _drawn: { figure: IFigure; payload: Payload; theme: ITheme } | null = null;
  private _plotly?: PlotlyApi;
  private _rendering = false;
}
