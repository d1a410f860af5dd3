import { expectInteger, fail, given } from '../../base/core';

/** Options of `graph.probes.grid`. */
export interface GridOptions<Row, Column> {
  /** Sides that are compared, by name: models, say. */
  rows: Readonly<Record<string, Row>>;
  /** Conditions of the comparison, by name: encodings, or data. */
  columns: Readonly<Record<string, Column>>;
  /** Seeds of each cell; 2 at least. */
  seeds: readonly number[];
  /** Measure of a row on a column. */
  run: (row: Row, column: Column, seed: number) => number | Promise<number>;
}

/** A row on a column over all seeds. */
export interface GridCell {
  row: string;
  column: string;
  /** One a seed. */
  values: number[];
  mean: number;
  /** Standard deviation over seeds. */
  deviation: number;
  /** Half the width of the 95 % interval of the mean, by the normal distribution. */
  halfWidth: number;
}

/**
 * Grid of a comparison: each row on each column with the same seeds, one after the other, with means and their spread; rows by name, then columns, in the order that they were given. As a benchmark of graph networks compares models
 * (arXiv 2003.00982) and encodings of positions.
 *
 * @throws {SwitchyardError} where there are no rows, columns or less than two seeds, a seed comes twice, or a value is not finite.
 */
export async function grid<Row, Column>(options: GridOptions<Row, Column>): Promise<GridCell[]> {
  const where = 'graph.probes.grid';
  const { rows, columns, seeds, run } = given(where, options);
  const [named, across] = [Object.entries(rows), Object.entries(columns)];
  if (named.length === 0 || across.length === 0 || seeds.length < 2 || new Set(seeds).size < seeds.length) {
    fail(where, 'there must be rows, columns, and two seeds or more, each once', { rows: named.length, columns: across.length, seeds }); // prettier-ignore
  }
  seeds.forEach((seed) => expectInteger(where, 'seeds', seed, 0));
  const cells: GridCell[] = [];
  for (const [row, of] of named) {
    for (const [column, on] of across) {
      const values: number[] = [];
      for (const seed of seeds) {
        const value = await run(of, on, seed);
        values.push(Number.isFinite(value) ? value : fail(where, `${row} on ${column} must give a number`, value));
      }
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
      cells.push({ row, column, values, mean, deviation, halfWidth: (1.96 * deviation) / Math.sqrt(values.length) });
    }
  }
  return cells;
}
