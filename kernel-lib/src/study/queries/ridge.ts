import { expectNumber } from '../../base/core';
import { solvePositive } from '../../base/math/solvePositive';
import { argMax, checkCostWeight, checkTable, utilities } from './table';
import type { QueryRouter, QueryTable } from './table';

/** Options of `routing.ridge`. */
export interface RidgeOptions {
  /** Added to the diagonal, which keeps coefficients of few queries small. Default 1. */
  ridge?: number;
  /** Price of a unit of cost in units of quality. Default 0. */
  costWeight?: number;
}

/**
 * Learns from the table what each model is worth as a linear function of the features, by ridge regression, and sends a query to the
 * model of which it expects most. With features of a task and its surroundings, it chooses how to run the task
 * (meta-learning of accelerations, arXiv 2410.21340).
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function ridge(table: QueryTable, options: RidgeOptions = {}): QueryRouter {
  const where = 'routing.ridge';
  const { ridge: strength = 1, costWeight = 0 } = options;
  checkTable(where, table);
  expectNumber(where, 'ridge', strength, 1e-9);
  checkCostWeight(where, costWeight);
  const rows = table.features.map((features) => [1, ...features]);
  const index = rows[0].map((_, i) => i);
  const gram = index.map((i) =>
    index.map((j) => rows.reduce((sum, row) => sum + row[i] * row[j], i === j ? strength : 0))
  );
  const worth = rows.map((_, query) => utilities(table, query, costWeight));
  const coefficients = table.models.map((_, model) => {
    const moments = index.map((i) => rows.reduce((sum, row, query) => sum + row[i] * worth[query][model], 0));
    // Positive definite: the diagonal was raised.
    return solvePositive(gram, moments)!;
  });
  return {
    kind: 'ridge',
    choose: (features) => argMax(coefficients.map((w) => features.reduce((sum, x, i) => sum + x * w[i + 1], w[0])))
  };
}
