import { expectNumber, fail, SpecTable } from '../../base/core';
import type { Random, SpecData } from '../../base/core';

/** A prediction for a row: mean and standard deviation; the latter is 0 for a predictor that knows of no doubt. */
export interface Prediction {
  readonly mean: number;
  readonly std: number;
}

/** A predictor that has been fitted. Whoever fitted it disposes it. */
export interface Fitted {
  /** Predictions of rows of as many numbers as those fitted on. */
  predict(rows: readonly (readonly number[])[]): Prediction[];
  dispose(): void;
}

/** A predictor: a regression of a number, such as a candidate's loss, on the numbers that the candidate is encoded as. */
export interface Predictor extends SpecData {
  /**
   * @param rows - Inputs, [n][F]; n is 1 or more.
   * @param values - What is to be predicted of each, finite.
   * @param random - Stream of what is random in the fit.
   */
  fit(rows: readonly (readonly number[])[], values: readonly number[], random: Random): Fitted;
}

/** Predictors by kind; your own are registered here. */
export const predictors = new SpecTable<Predictor>('predictor');

/** @throws {SwitchyardError} where there is no row, rows differ in length, or there is not a finite value for each. */
export function checkRows(where: string, rows: readonly (readonly number[])[], values: readonly number[]): void {
  if (rows.length === 0 || rows.length !== values.length) {
    fail(where, 'there must be a value for each row, and a row', `${rows.length} rows, ${values.length} values`);
  }
  const other = rows.findIndex(({ length }) => length !== rows[0].length);
  if (other >= 0) {
    fail(where, `rows must have equally many numbers (${rows[0].length})`, `${rows[other].length} in row ${other}`);
  }
  rows.forEach((row, i) => {
    if (!row.every(Number.isFinite)) {
      row.forEach((value) => expectNumber(where, `rows[${i}]`, value));
    }
  });
  values.forEach((value, i) => expectNumber(where, `values[${i}]`, value));
}

/** Mean and standard deviation of values (of the population); 1 where they are all equal, so that one can divide by it. */
export function scaleOf(values: readonly number[]): { mean: number; std: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const std = Math.sqrt(values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / values.length);
  return { mean, std: std > 0 ? std : 1 };
}

/** A fit on the host, where there is nothing to dispose. */
export function onHost(predictOne: (row: readonly number[]) => Prediction): Fitted {
  return { predict: (rows) => rows.map(predictOne), dispose: () => undefined };
}
