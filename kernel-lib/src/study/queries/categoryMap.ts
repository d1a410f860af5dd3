import { expectNumber, fail } from '../../base/core';
import { paretoFront } from '../../base/math/paretoFront';
import type { Tradeoff } from '../../base/math/paretoFront';
import { checkTable } from './table';
import type { QueryRouter, QueryTable } from './table';

/** Options of `routing.categoryMap`. */
export interface CategoryMapOptions {
  /** Category of a query by its features, 0..C-1. */
  classify(features: readonly number[]): number;
  /** C. */
  categories: number;
  /** Most that a query may cost on the mean. Default: no limit. */
  budget?: number;
}

/** Sends all queries of a category to one model. */
export interface CategoryRouter extends QueryRouter, Tradeoff {
  /** Model of each category; [C]. */
  readonly map: readonly number[];
}

interface Way extends Tradeoff {
  map: number[];
}

/**
 * Two steps: a classifier names a query's category, and each category has its model, chosen together so that the mean quality is
 * the highest that the budget allows (Composition of Experts, arXiv 2412.01868). The choice is exact: categories are taken in turn, and
 * of the ways so far only those are kept that no other beats in both cost and quality.
 *
 * @throws {SwitchyardError} where an option is out of range, or even the cheapest models cost more than the budget.
 */
export function categoryMap(table: QueryTable, options: CategoryMapOptions): CategoryRouter {
  const where = 'routing.categoryMap';
  checkTable(where, table);
  const { categories, budget = Infinity } = options;
  if (budget !== Infinity) {
    expectNumber(where, 'budget', budget, 0);
  }
  const classify = (features: readonly number[]): number => {
    const category = options.classify(features);
    return Number.isInteger(category) && category >= 0 && category < categories
      ? category
      : fail(where, `classify must give 0..${categories - 1}`, category);
  };
  const shares = sharesOf(table, categories, classify);
  const ways = shares.reduce<Way[]>(
    (partial, models) => {
      const longer = partial.flatMap(({ map, cost, quality }) =>
        models.map((each, model) => ({
          map: [...map, model],
          cost: cost + each.cost,
          quality: quality + each.quality
        }))
      );
      // A sum of costs that equals the budget must not fail by a rounding.
      return paretoFront(longer.filter(({ cost }) => cost <= budget + 1e-9));
    },
    [{ map: [], cost: 0, quality: 0 }]
  );
  const best = ways.at(-1) ?? fail(where, 'budget must allow the cheapest model of each category', budget);
  return { kind: 'category-map', ...best, choose: (features) => best.map[classify(features)] };
}

// What each model would add to mean cost and quality, were a category's queries all sent to it; [C][M].
function sharesOf(table: QueryTable, categories: number, classify: (f: readonly number[]) => number): Tradeoff[][] {
  const { models, features, quality, cost } = table;
  const shares = Array.from({ length: categories }, () => models.map(() => ({ cost: 0, quality: 0 })));
  features.forEach((each, query) =>
    shares[classify(each)].forEach((share, model) => {
      share.cost += cost[query][model] / features.length;
      share.quality += quality[query][model] / features.length;
    })
  );
  return shares;
}
