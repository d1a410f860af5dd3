/** @file The numbers of a picture, for readers who do not see it, and as they are saved. */

import type { IView } from './view';

/** Value of a place in a file: a number at its full precision, null where there is none. */
export type IValue = string | number | null;

export interface ITable {
  columns: string[];
  rows: string[][];
  /** The same as it is saved; absent where that is the rows. */
  saved?: ISavedTable;
  /** Meaning of a click on a row. The same must be reachable by keys: by a choice of the picture. */
  pick?: (row: number) => Partial<IView>;
}

export interface ISavedTable {
  columns: string[];
  rows: IValue[][];
}

/** A place of a table: the text that readers see, and the value behind it. */
export interface ICell {
  text: string;
  value: IValue;
}

/** A number, shown as `show` has it. */
export function cell(value: number | null, show: (value: number | null) => string): ICell {
  return { text: show(value), value };
}

type Row = readonly (ICell | string)[];

/** A table made when it is asked for: of the first the texts, of the second the values. */
export function tableOf(columns: string[], rows: () => readonly Row[]): ITable {
  return {
    columns,
    get rows() {
      return rows().map((row) => row.map((each) => (typeof each === 'string' ? each : each.text)));
    },
    get saved() {
      return { columns, rows: rows().map((row) => row.map((each) => (typeof each === 'string' ? each : each.value))) };
    }
  };
}
