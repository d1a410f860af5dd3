/** @file Tokens as text, coloured by the expert that one layer chose; arrow keys walk through them. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import type { IChartContext, IToken, ITokenStrip } from '../charts';
import { stripSvg, tokenStrip } from '../charts';
import { element, setOptions } from '../dom';
import type { IExportable } from '../exporting';
import { exportButton } from '../exporting';
import type { IView } from '../view';
import { Numbers } from './numbers';
import type { IPicture } from './picture';

let instances = 0;

export class TokenPicture extends Widget implements IPicture {
  constructor(trans: TranslationBundle) {
    super({ node: element('figure') });
    this.addClass('jp-switchyard-Picture');
    this.node.dataset.picture = 'token-strip';
    this._trans = trans;
    this._numbers = new Numbers(trans.__('Numbers'), trans.__('Tokens and their experts'));
    this._choice.setAttribute('aria-label', trans.__('Choice'));
    const title = trans.__('Tokens, coloured by expert');
    this.node.append(
      element(
        'figcaption',
        { text: title },
        this._choice,
        exportButton(title, () => this.exported(), trans)
      ),
      this._strip,
      this._detail,
      this._numbers.node
    );
  }

  get looked(): ISignal<this, Partial<IView>> {
    return this._looked;
  }

  draw(payload: Payload, context: IChartContext): boolean {
    const strip = payload.kind === 'routing' ? tokenStrip(payload, context, this._choice.selectedIndex) : null;
    this._last = [payload, context];
    this.setHidden(strip === null);
    if (strip === null) {
      return false;
    }
    this._show(strip);
    return true;
  }

  exported(): IExportable | null {
    const [payload, context] = this._last ?? [];
    const strip =
      payload?.kind === 'routing' && context ? tokenStrip(payload, context, this._choice.selectedIndex) : null;
    if (!payload || !context || !strip) {
      return null;
    }
    const texts = strip.tokens.map(({ text }) => text);
    const rows = [{ label: '', experts: strip.tokens.map(({ expert }) => expert) }];
    const svg = (): Promise<string> => Promise.resolve(stripSvg({ texts, rows }, context.theme));
    return { picture: 'token-strip', table: strip.table, payload, svg };
  }

  handleEvent(event: Event): void {
    switch (event.type) {
      case 'change':
        if (this._last) {
          this.draw(...this._last);
        }
        break;
      case 'keydown':
        this._walk(event as KeyboardEvent);
        break;
      case 'pointerover':
      case 'click':
        this._point(event.target as Node);
        break;
    }
  }

  protected override onAfterAttach(): void {
    this._choice.addEventListener('change', this);
    LISTENED.forEach((type) => this._strip.addEventListener(type, this));
  }

  protected override onBeforeDetach(): void {
    this._choice.removeEventListener('change', this);
    LISTENED.forEach((type) => this._strip.removeEventListener(type, this));
  }

  private _show(strip: ITokenStrip): void {
    this._tokens = strip.tokens;
    const choices = Array.from({ length: strip.choices }, (_, i) => this._trans.__('choice %1', i + 1));
    setOptions(this._choice, choices, Math.min(Math.max(0, this._choice.selectedIndex), choices.length - 1));
    this._choice.hidden = choices.length < 2;
    this._strip.setAttribute('aria-label', strip.summary);
    while (this._strip.children.length > strip.tokens.length) {
      this._strip.lastElementChild?.remove();
    }
    strip.tokens.forEach((token, i) => this._paint(i, token));
    this._numbers.show(strip.table);
    this._activate(Math.min(this._active, strip.tokens.length - 1));
  }

  /** A token's weight is the length of the bar under its expert's number. */
  private _paint(index: number, token: IToken): void {
    const node = (this._strip.children.item(index) ?? this._append(index)) as HTMLElement;
    const [text, expert] = Array.from(node.children) as HTMLElement[];
    text.textContent = token.text;
    expert.textContent = token.expert < 0 ? '–' : String(token.expert);
    node.dataset.expert = String(token.expert);
    node.style.setProperty('--jp-switchyard-token', token.background);
    node.style.setProperty('--jp-switchyard-token-text', token.colour);
    node.style.setProperty('--jp-switchyard-token-weight', `${Math.round((token.weight ?? 0) * 100)}%`);
    node.setAttribute('aria-label', token.description);
  }

  private _append(index: number): HTMLElement {
    const node = element(
      'span',
      { class: 'jp-switchyard-token', attributes: { role: 'option', id: `${this._id}-${index}` } },
      element('span'),
      element('small')
    );
    this._strip.append(node);
    return node;
  }

  private _walk(event: KeyboardEvent): void {
    const moves: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 10, ArrowUp: -10 };
    const last = this._tokens.length - 1;
    const target = event.key === 'Home' ? 0 : event.key === 'End' ? last : this._active + (moves[event.key] ?? NaN);
    if (Number.isNaN(target)) {
      return;
    }
    event.preventDefault();
    this._activate(Math.min(Math.max(0, target), last));
    this._strip.children.item(this._active)?.scrollIntoView({ block: 'nearest' });
  }

  private _point(target: Node): void {
    const index = Array.from(this._strip.children).findIndex((child) => child.contains(target));
    if (index >= 0) {
      this._activate(index);
    }
  }

  private _activate(index: number): void {
    this._strip.children.item(this._active)?.classList.remove('jp-mod-active');
    this._active = Math.max(0, index);
    const node = this._strip.children.item(this._active);
    node?.classList.add('jp-mod-active');
    this._strip.setAttribute('aria-activedescendant', node?.id ?? '');
    this._detail.textContent = this._tokens.at(this._active)?.description ?? '';
  }

  private _trans: TranslationBundle;
  private _looked = new Signal<this, Partial<IView>>(this);
  private _id = `jp-switchyard-tokens-${instances++}`;
  private _choice = element('select');
  private _strip = element('div', { class: 'jp-switchyard-tokens', attributes: { role: 'listbox', tabindex: '0' } });
  private _detail = element('p', { class: 'jp-switchyard-detail', attributes: { 'aria-live': 'polite' } });
  private _numbers: Numbers;
  private _tokens: IToken[] = [];
  private _active = 0;
  private _last?: [Payload, IChartContext];
}

const LISTENED = ['keydown', 'pointerover', 'click'];
