/** @file The numbers of a picture as a table that the reader opens: the text equivalent of every figure. */
import type { ITable } from '../base/table';
import { element, tableElement } from '../base/dom';

/** A closed `<details>` whose table is filled while it is open. */
export class Numbers {
  readonly node: HTMLDetailsElement;

  constructor(label: string, caption: string, open = false) {
    this._caption = caption;
    this.node = element('details', { class: 'jp-switchyard-table' }, element('summary', { text: label }), this._box);
    this.node.open = open;
    this.node.ontoggle = () => this._fill();
  }

  show(table: ITable): void {
    this._table = table;
    this._fill();
  }

  private _fill(): void {
    if (!this.node.open || !this._table) {
      return;
    }
    this._box.replaceChildren(tableElement(this._table, element('caption', { text: this._caption })));
  }

  private _box = element('div', { attributes: { tabindex: '0' } });
  private _caption: string;
  private _table?: ITable;
}
