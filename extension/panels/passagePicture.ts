/** @file Passages of text under one another, in each the token that they are about. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import { element } from '../base/dom';
import type { IExportable } from '../base/exporting';
import { exportButton } from '../base/exporting';
import type { ITheme } from '../base/theme';
import type { IView } from '../base/view';
import type { IChartContext } from '../charts/figure';
import type { IPassage, IPassages } from '../charts/routing/expertContexts';
import { passagesSvg } from '../charts/routing/passagesSvg';
import { Numbers } from './numbers';
import type { IPicture } from './picture';

export interface IPassagePictureOptions {
  /** Name of the picture, kebab-case: its place in tests and styles. */
  id: string;
  title: string;
  /** Null where the payload has nothing for it. */
  passages: (payload: Payload, context: IChartContext) => IPassages | null;
  trans: TranslationBundle;
}

export class PassagePicture extends Widget implements IPicture {
  constructor(options: IPassagePictureOptions) {
    super({ node: element('figure') });
    const { id, title, trans } = options;
    this.addClass('jp-switchyard-Picture');
    this.node.dataset.picture = id;
    this._options = options;
    this._numbers = new Numbers(trans.__('Numbers'), title, { trans });
    this.node.append(
      element(
        'figcaption',
        { text: title },
        exportButton(title, () => this.exported(), trans)
      ),
      this._summary,
      this._list,
      this._numbers.node
    );
  }

  get looked(): ISignal<this, Partial<IView>> {
    return this._looked;
  }

  draw(payload: Payload, context: IChartContext): boolean {
    const shown = this._options.passages(payload, context);
    this.setHidden(shown === null);
    this._drawn = shown && { shown, payload, theme: context.theme };
    if (shown === null) {
      return false;
    }
    this._summary.textContent = shown.summary;
    this._list.hidden = shown.passages.length === 0;
    this._numbers.node.hidden = shown.passages.length === 0;
    this._list.style.setProperty('--jp-switchyard-token', shown.tile.background);
    this._list.style.setProperty('--jp-switchyard-token-text', shown.tile.text);
    const key = JSON.stringify(shown.passages);
    if (key !== this._key) {
      this._key = key;
      this._list.replaceChildren(...shown.passages.map(passage));
    }
    this._numbers.show(shown.table);
    return true;
  }

  exported(): IExportable | null {
    if (this._drawn === null || this._drawn.shown.passages.length === 0) {
      return null;
    }
    const { shown, payload, theme } = this._drawn;
    const { id, title } = this._options;
    const svg = (): Promise<string> => Promise.resolve(passagesSvg(shown, theme));
    return { picture: id, title, layer: shown.layer, table: shown.table, payload, theme, svg };
  }

  override dispose(): void {
    if (!this.isDisposed) {
      Signal.clearData(this);
      super.dispose();
    }
  }

  private _options: IPassagePictureOptions;
  private _looked = new Signal<this, Partial<IView>>(this);
  private _summary = element('p', { class: 'jp-switchyard-state' });
  private _list = element('ol', { class: 'jp-switchyard-passages', attributes: { tabindex: '0' } });
  private _numbers: Numbers;
  private _key = '';
  private _drawn: { shown: IPassages; payload: Payload; theme: ITheme } | null = null;
}

function passage({ before, token, after, about }: IPassage): HTMLElement {
  return element(
    'li',
    {},
    element('span', { text: before }),
    element('mark', { text: token }),
    element('span', { text: after }),
    element('small', { text: about })
  );
}
