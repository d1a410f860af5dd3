/** @file What the reader may choose in one picture, as lists above it. */
import type { IChoice } from '../charts/figure';
import { element } from '../base/dom';

export class Choices {
  readonly node = element('span', { class: 'jp-switchyard-choices' });

  /** @param chosen - Called with a choice's name and the value that the reader selected. */
  constructor(chosen: (name: string, value: string) => void) {
    this.node.onchange = ({ target }) => {
      const { name, value } = target as HTMLSelectElement;
      chosen(name, value);
    };
  }

  /** Shows these choices; a list that is open stays open where its options are the same. */
  show(choices: readonly IChoice[]): void {
    const key = JSON.stringify(choices.map(({ name, label, options }) => [name, label, options]));
    if (key !== this._key) {
      this._key = key;
      this.node.replaceChildren(...choices.map(list));
    }
    const selects = Array.from(this.node.querySelectorAll('select'));
    choices.forEach(({ selected }, i) => (selects[i].value = selected));
  }

  private _key = '[]';
}

function list({ name, label, options }: IChoice): HTMLElement {
  const select = element('select', { attributes: { name, 'aria-label': label } });
  select.append(...options.map(({ value, text }) => new Option(text, value)));
  return element('label', {}, element('span', { text: label }), select);
}
