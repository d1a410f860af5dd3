/** @file Search in a text: what is sought, how often it was found, and the way from one place to the next. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { element, setText } from '../base/dom';

export interface ITokenSearchOptions {
  trans: TranslationBundle;
  /** Called when another text is sought. */
  sought: (query: string) => void;
  /** Called with 1 for the next place, -1 for the one before. */
  step: (by: 1 | -1) => void;
}

export class TokenSearch {
  readonly node = element('div', { class: 'jp-switchyard-find', attributes: { role: 'search' } });

  constructor({ trans, sought, step }: ITokenSearchOptions) {
    this._trans = trans;
    const label = trans.__('Search the text');
    this._input.setAttribute('aria-label', label);
    this._input.placeholder = label;
    this._input.oninput = () => sought(this._input.value);
    this._input.onkeydown = (event) => this._key(event, step);
    this._buttons = [
      button('‹', trans.__('Previous place'), () => step(-1)),
      button('›', trans.__('Next place'), () => step(1))
    ];
    this.node.append(this._input, this._count, ...this._buttons);
  }

  get query(): string {
    return this._input.value;
  }

  /** Says how many places there are; `at` is the one in view, from 0. */
  tell(places: number, at: number): void {
    this._buttons.forEach((each) => (each.disabled = places === 0));
    const count = places === 0 ? this._trans.__('not found') : this._trans.__('%1 of %2', at + 1, places);
    setText(this._count, this.query === '' ? '' : count);
  }

  private _key(event: KeyboardEvent, step: ITokenSearchOptions['step']): void {
    if (event.key === 'Enter') {
      event.preventDefault();
      step(event.shiftKey ? -1 : 1);
    } else if (event.key === 'Escape' && this.query !== '') {
      // Empties the field first; the next one closes the panel.
      event.stopPropagation();
      event.preventDefault();
      this._input.value = '';
      this._input.dispatchEvent(new Event('input'));
    }
  }

  private _trans: TranslationBundle;
  private _input = element('input', { attributes: { type: 'search' } });
  private _count = element('span', { attributes: { role: 'status' } });
  private _buttons: HTMLButtonElement[];
}

function button(text: string, label: string, onclick: () => void): HTMLButtonElement {
  const node = element('button', { text, attributes: { type: 'button', 'aria-label': label, title: label } });
  node.disabled = true;
  node.onclick = onclick;
  return node;
}
