import { expectNumber, fail } from '../../base/core';

/** Answers of each model to each query, and their costs: measured beforehand. */
export interface QueryTable {
  /** Names; M. */
  models: readonly string[];
  /** Features of each query (its embedding); [Q][D]. */
  features: readonly (readonly number[])[];
  /** How well each model did, higher is better; [Q][M]. */
  quality: readonly (readonly number[])[];
  /** Cost of the answer, in any unit; [Q][M]. */
  cost: readonly (readonly number[])[];
}

/** Sends a query to a model. */
export interface QueryRouter {
  readonly kind: string;
  /** Index of the model for a query of these features. */
  choose(features: readonly number[]): number;
}

/** @throws {SwitchyardError} where the table has no query, or its parts are not of one size. */
export function checkTable(where: string, { models, features, quality, cost }: QueryTable): void {
  const count = features.length;
  if (count === 0 || models.length === 0) {
    fail(where, 'the table must have a query and a model', { queries: count, models: models.length });
  }
  const whole = (rows: readonly (readonly number[])[], width: number): boolean =>
    rows.length === count && rows.every((row) => row.length === width && row.every(Number.isFinite));
  if (!whole(features, features[0].length) || !whole(quality, models.length) || !whole(cost, models.length)) {
    const rule = `features, quality and cost must have a row of finite numbers for each of ${count} queries`;
    fail(where, rule, { features: features.length, quality: quality.length, cost: cost.length });
  }
}

/** Checks the price of a unit of cost in units of quality. */
export function checkCostWeight(where: string, costWeight: number): void {
  expectNumber(where, 'costWeight', costWeight, 0);
}

/** Index of the largest value; of equals, the first. */
export function argMax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) {
    best = values[i] > values[best] ? i : best;
  }
  return best;
}

/** Utility of a model for a query: `quality - costWeight * cost`. */
export function utilities({ quality, cost }: QueryTable, query: number, costWeight: number): number[] {
  return quality[query].map((q, model) => q - costWeight * cost[query][model]);
}
