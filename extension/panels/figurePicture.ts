/** @file A chart drawn by plotly.js: updated in place, never rebuilt. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import type { PlotlyHTMLElement, PlotMouseEvent } from 'plotly.js';
import type { IChartContext, IFigure } from '../charts';
import { withStepRange } from '../charts';
import { element } from '../dom';
import type { PlotlyApi } from '../plotly';
import { loadPlotly } from '../plotly';
import type { IView } from '../view';
import { Choices } from './choices';
import { Numbers } from './numbers';
import type { IPicture } from './picture';
import { StepZoom, zoomOf } from './stepZoom';

const CONFIG = { displayModeBar: false, displaylogo: false, responsive: false, showTips: false };

export interface IFigurePictureOptions {
  /** Name of the picture, kebab-case: its place in tests and styles. */
  id: string;
  title: string;
  chart: (payload: Payload, context: IChartContext) => IFigure | null;
  trans: TranslationBundle;
}

export class FigurePicture extends Widget implements IPicture {
  constructor(options: IFigurePictureOptions) {
    super({ node: element('figure') });
    this.addClass('jp-switchyard-Picture');
    this.node.dataset.picture = options.id;
    this._options = options;
    this._numbers = new Numbers(options.trans.__('Numbers'), options.title);
    this._zoom = new StepZoom(options.trans, (range) =>
      this._looked.emit({ choices: withStepRange(this._view, range) })
    );
    this.node.append(
      element('figcaption', { text: options.title }, this._choices.node),
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
    const figure = this._options.chart(payload, context);
    this.setHidden(figure === null);
    if (figure === null || this.isDisposed) {
      return false;
    }
    this._plot.setAttribute('aria-label', figure.summary);
    this._numbers.show(figure.table);
    this._choices.show(figure.choices ?? []);
    this._view = context.choices;
    this._zoom.show(figure.steps ?? [], context.choices);
    this._pick = figure.pick;
    this._plot.classList.toggle('jp-mod-pickable', figure.pick !== undefined);
    this._figure = figure;
    void this._render();
    return true;
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._figure = null;
    this._plotly?.purge(this._plot);
    Signal.clearData(this);
    super.dispose();
  }

  /** Draws the newest figure; one that comes meanwhile is drawn after. */
  private async _render(): Promise<void> {
    if (this._rendering) {
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
        await this._plotly.react(this._plot, data, { ...layout, width: this._plot.clientWidth }, config);
        this._listen();
      }
      this._message.textContent = '';
    } catch (error) {
      this._message.textContent = this._options.trans.__('The figure could not be drawn: %1', String(error));
    } finally {
      this._rendering = false;
    }
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

  private _onClick({ points }: PlotMouseEvent): void {
    const point = points.at(0);
    if (point && this._pick) {
      const { curveNumber, x, y, pointNumber } = point;
      this._looked.emit(
        this._pick({ trace: curveNumber, x: x as number | string, y: y as number | string, index: pointNumber })
      );
    }
  }

  private _options: IFigurePictureOptions;
  private _looked = new Signal<this, Partial<IView>>(this);
  private _choices = new Choices((name, value) => this._looked.emit({ choices: { ...this._view, [name]: value } }));
  private _view: Readonly<Record<string, string>> = {};
  private _pick: IFigure['pick'];
  private _listening = false;
  private _plot = element('div', { class: 'jp-switchyard-plot', attributes: { role: 'img' } });
  private _message = element('p', { class: 'jp-switchyard-state' });
  private _numbers: Numbers;
  private _zoom: StepZoom;
  private _figure: IFigure | null = null;
  private _plotly?: PlotlyApi;
  private _rendering = false;
}
