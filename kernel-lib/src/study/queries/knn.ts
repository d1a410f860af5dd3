import { expectInteger, expectOneOf } from '../../base/core';
import { cosine } from '../../base/math/cosine';
import { argMax, checkCostWeight, checkTable, utilities } from './table';
import type { QueryRouter, QueryTable } from './table';

/** Options of `routing.knn`. */
export interface KnnOptions {
  /** Neighbours, 1..Q. */
  k: number;
  /** Default "euclidean". */
  metric?: 'euclidean' | 'cosine';
  /** Price of a unit of cost in units of quality. Default 0. */
  costWeight?: number;
}

/**
 * Sends a query to the model that was worth most, on the mean, for the k queries of the table nearest to it (arXiv 2505.12601). With
 * k = Q it is the single model that is best on the mean.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function knn(table: QueryTable, { k, metric = 'euclidean', costWeight = 0 }: KnnOptions): QueryRouter {
  const where = 'routing.knn';
  checkTable(where, table);
  expectInteger(where, 'k', k, 1, table.features.length);
  expectOneOf(where, 'metric', metric, ['euclidean', 'cosine']);
  checkCostWeight(where, costWeight);
  const worth = table.features.map((_, query) => utilities(table, query, costWeight));
  const distance =
    metric === 'euclidean' ? squaredDistance : (a: readonly number[], b: readonly number[]) => -cosine(a, b);
  return {
    kind: 'knn',
    choose(features) {
      const distances = table.features.map((other) => distance(features, other));
      const nearest = distances.map((_, query) => query).sort((a, b) => distances[a] - distances[b]);
      const sums = table.models.map((_, model) =>
        nearest.slice(0, k).reduce((sum, query) => sum + worth[query][model], 0)
      );
      return argMax(sums);
    }
  };
}

function squaredDistance(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, i) => sum + (x - b[i]) ** 2, 0);
}
