/** @file The numbers of a picture as a table that the reader opens: the text equivalent of every figure. */
import type { ITable } from '../base/table';
import type { IView } from '../base/view';
import { element, tableElement } from '../base/dom';

export interface INumbersOptions {
  /** Whether they are shown from the start. Default: they are closed. */
  open?: boolean;
  looked?: (view: Partial<IView>) => void;
}

/** A closed `<details>` whose table is filled while it is open. */
export class Numbers {
  readonly node: HTMLDetailsElement;

  /** @param looked - Called with what a click on a row means, where its table says so. */
  constructor(label: string, caption: string, { open = false, looked }: INumbersOptions = {}) {
    this._looked = looked;
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
    const { pick } = this._table;
    const table = tableElement(this._table, element('caption', { text: this._caption }));
    this._box.replaceChildren(table);
    if (pick !== undefined && this._looked !== undefined) {
      table.classList.add('jp-mod-pickable');
      Array.from(table.tBodies[0].rows).forEach((row, i) => (row.onclick = () => this._looked?.(pick(i))));
    }
  }

  private _box = element('div', { attributes: { tabindex: '0' } });
  private _caption: string;
  private _looked?: INumbersOptions['looked'];
  private _table?: ITable;
}
