/** @file The numbers of a picture as a table that the reader opens: the text equivalent of every figure. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ITable } from '../base/table';
import type { IView } from '../base/view';
import { element, setChildren, setText, tableElement } from '../base/dom';
import { TableRows } from './tableRows';

/**
 * Rows that are shown of a table that is open from the start, more than there is room for, until the reader scrolls; and
 * of any until all are asked for: the browser lays out each with every snapshot.
 */
const FIRST_ROWS = 64;
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
    this._read = !open;
    this._caption = caption;
    this.node = element('details', { class: 'jp-switchyard-table' }, element('summary', { text: label }), this._box);
    this.node.open = open;
    this.node.ontoggle = () => this._fill();
    this._box.onscroll = () => this._scroll();
    this._button.onclick = () => this._showAll();
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
    const shown = this._all ? rows : rows.slice(0, this._read ? MOST_ROWS : FIRST_ROWS);
    const same = this._element !== null && columns.join('\n') === this._columns;
    const table = same ? this._element! : tableElement({ columns, rows: [] }, element('caption', { text: this._caption })); // prettier-ignore
    this._element = table;
    this._columns = columns.join('\n');
    this._rows.show(table.tBodies[0], shown);
    setChildren(this._box, [table, ...this._more(rows.length - Math.min(rows.length, this._all ? Infinity : MOST_ROWS))]); // prettier-ignore
    const pickable = pick !== undefined && this._looked !== undefined;
    table.classList.toggle('jp-mod-pickable', pickable);
    Array.from(table.tBodies[0].rows).forEach((row, i) => (row.onclick = pickable ? () => this._looked?.(pick(i)) : null)); // prettier-ignore
  }

  /** A button that shows the rows that are not. */
  private _more(left: number): HTMLElement[] {
    setText(this._button, this._trans._n('Show %1 more row', 'Show %1 more rows', left));
    return left === 0 ? [] : [this._button];
  }

  /** Shows more rows when the reader comes near the last. */
  private _scroll(): void {
    if (!this._read) {
      this._read = true;
      this._fill();
    }
  }

  private _showAll(): void {
    this._all = true;
    this._fill();
    // The button is gone, and with it the focus.
    this._box.focus();
  }

  private _trans: TranslationBundle;
  /** Whether the reader opened the table, or scrolled it. */
  private _read: boolean;
  private _all = false;
  private _rows = new TableRows();
  /** Table that stands, and the names of its columns. */
  private _element: HTMLTableElement | null = null;
  private _columns = '';
  private _button = element('button', { class: 'jp-mod-styled jp-mod-minimal' });
  private _box = element('div', { attributes: { tabindex: '0' } });
  private _caption: string;
  private _looked?: INumbersOptions['looked'];
  private _table?: ITable;
}
