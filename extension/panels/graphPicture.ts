/** @file A graph to move about in, with what its colours mean, and the node that is pointed at in words. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import type { IChartContext } from '../charts/figure';
import type { IGraphPicture } from '../charts/graphRewiring/graphScene';
import { element, setText } from '../base/dom';
import type { IExportable } from '../base/exporting';
import { exportButton } from '../base/exporting';
import type { IView } from '../base/view';
import { Choices } from './choices';
import { GraphCanvas } from './graphCanvas';
import { graphKey } from './graphKey';
import { Numbers } from './numbers';
import type { IPicture } from './picture';

export interface IGraphPictureOptions {
  /** Name of the picture, kebab-case: its place in tests and styles. */
  id: string;
  title: string;
  /** Null where the payload has no whole graph. */
  graph: (payload: Payload, context: IChartContext) => IGraphPicture | null;
  trans: TranslationBundle;
}

/** How much a button magnifies. */
const FACTOR = 1.6;

export class GraphPicture extends Widget implements IPicture {
  constructor(options: IGraphPictureOptions) {
    super({ node: element('figure') });
    const { id, title, trans } = options;
    this._options = options;
    this.addClass('jp-switchyard-Picture');
    this.node.dataset.picture = id;
    this._numbers = new Numbers(trans.__('Numbers'), title, { trans });
    const save = exportButton(title, () => this.exported(), trans);
    const hint = trans.__('Drag to move; after a click the wheel magnifies. Keys: arrows, + and −, 0 for all.');
    this._canvas.node.title = hint;
    this.node.append(
      element('figcaption', { text: title }, this._choices.node, save),
      this._key,
      this._canvas.node,
      this._buttons(trans),
      this._note,
      this._detail,
      this._numbers.node
    );
  }

  get looked(): ISignal<this, Partial<IView>> {
    return this._looked;
  }

  draw(payload: Payload, context: IChartContext): boolean {
    const picture = this.isDisposed ? null : this._options.graph(payload, context);
    this.setHidden(picture === null);
    this._drawn = picture && { picture, payload, context };
    if (picture === null) {
      return false;
    }
    const { scene, summary, note, table, choices, key } = picture;
    this._view = context.choices;
    this._canvas.node.setAttribute('aria-label', summary);
    this._choices.show(choices);
    this._key.replaceChildren(...graphKey(key, context.theme));
    setText(this._note, note);
    this._numbers.show(table);
    this._canvas.show(scene, context.theme);
    return true;
  }

  exported(): IExportable | null {
    if (this._drawn === null) {
      return null;
    }
    const { picture, payload, context } = this._drawn;
    const svg = (): Promise<string> => {
      const { url, size } = this._canvas.image();
      const { width, height } = size;
      const box = `width="${width}" height="${height}"`;
      return Promise.resolve(`<svg xmlns="http://www.w3.org/2000/svg" ${box} viewBox="0 0 ${width} ${height}"><image ${box} href="${url}"/></svg>`); // prettier-ignore
    };
    const { id, title } = this._options;
    return { picture: id, title, table: picture.table, payload, theme: context.theme, svg };
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._drawn = null;
      this._canvas.dispose();
      Signal.clearData(this);
      super.dispose();
    }
  }

  protected override onAfterAttach(): void {
    this._canvas.listen();
  }

  protected override onBeforeDetach(): void {
    this._canvas.unlisten();
  }

  private _buttons(trans: TranslationBundle): HTMLElement {
    const button = (text: string, label: string, act: () => void): HTMLButtonElement => {
      const node = element('button', { class: 'jp-mod-styled jp-mod-minimal', text, attributes: { type: 'button' } });
      node.setAttribute('aria-label', label);
      node.title = label;
      node.onclick = act;
      return node;
    };
    return element(
      'div',
      { class: 'jp-switchyard-graphButtons' },
      button('+', trans.__('Magnify'), () => this._canvas.magnify(FACTOR)),
      button('−', trans.__('Make smaller'), () => this._canvas.magnify(1 / FACTOR)),
      button(trans.__('All'), trans.__('Show all of the graph'), () => this._canvas.reset())
    );
  }

  private _describe(node: number | null): void {
    setText(this._detail, node === null ? '' : (this._drawn?.picture.describe(node) ?? ''));
  }

  private _options: IGraphPictureOptions;
  private _looked = new Signal<this, Partial<IView>>(this);
  private _view: Readonly<Record<string, string>> = {};
  private _choices = new Choices((name, value) => this._looked.emit({ choices: { ...this._view, [name]: value } }));
  private _canvas = new GraphCanvas((node) => this._describe(node));
  private _key = element('div', { class: 'jp-switchyard-graphKey' });
  private _note = element('p', { class: 'jp-switchyard-state' });
  private _detail = element('p', { class: 'jp-switchyard-detail', attributes: { 'aria-live': 'polite' } });
  private _numbers: Numbers;
  private _drawn: { picture: IGraphPicture; payload: Payload; context: IChartContext } | null = null;
}
