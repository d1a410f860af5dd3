/** @file The numbers of a picture as a table that the reader opens: the text equivalent of every figure. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ITable } from '../base/table';
import type { IView } from '../base/view';
import { element, tableElement } from '../base/dom';

/** Rows that are shown until the reader asks for all: the browser lays out each with every snapshot. */
const MOST_ROWS = 256;

export interface INumbersOptions {
  trans: TranslationBundle;
  /** Whether they are shown from the start. Default: they are closed. */
  open?: boolean;
  looked?: (view: Partial<IView>) => void;
}

/** A closed `<details>` whose table is filled while it is open. */
export class Numbers {
  readonly node: HTMLDetailsElement;

  /** @param looked - Called with what a click on a row means, where its table says so. */
  constructor(label: string, caption: string, { trans, open = false, looked }: INumbersOptions) {
    this._trans = trans;
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
    const { columns, rows, pick } = this._table;
    const shown = this._all ? rows : rows.slice(0, MOST_ROWS);
    const table = tableElement({ columns, rows: shown }, element('caption', { text: this._caption }));
    this._box.replaceChildren(table, ...this._more(rows.length - shown.length));
    if (pick !== undefined && this._looked !== undefined) {
      table.classList.add('jp-mod-pickable');
      Array.from(table.tBodies[0].rows).forEach((row, i) => (row.onclick = () => this._looked?.(pick(i))));
    }
  }

  /** A button that shows the rows that are not. */
  private _more(left: number): HTMLElement[] {
    if (left === 0) {
      return [];
    }
    const text = this._trans._n('Show %1 more row', 'Show %1 more rows', left);
    const button = element('button', { class: 'jp-mod-styled jp-mod-minimal', text });
    button.onclick = () => {
      this._all = true;
      this._fill();
      // The button is gone, and with it the focus.
      this._box.focus();
    };
    return [button];
  }

  private _trans: TranslationBundle;
  private _all = false;
  private _box = element('div', { attributes: { tabindex: '0' } });
  private _caption: string;
  private _looked?: INumbersOptions['looked'];
  private _table?: ITable;
}
