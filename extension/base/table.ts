/** @file The numbers of a picture, for readers who do not see it. */

export interface ITable {
  columns: string[];
  rows: string[][];
}
