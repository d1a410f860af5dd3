import { fail } from '../../base/core';
import { paretoFront } from '../../base/math/paretoFront';
import type { Tradeoff } from '../../base/math/paretoFront';
import { argMax, checkCostWeight, checkTable, utilities } from './table';
import type { QueryRouter, QueryTable } from './table';

/** Options of `routing.bench`. */
export interface BenchOptions {
  /** How each router is made for a price of cost; by name. */
  routers: Readonly<Record<string, (costWeight: number) => QueryRouter>>;
  /** Prices of a unit of cost in units of quality, one run each. Default 0 alone. */
  costWeights?: readonly number[];
}

/** One way to route, at one price. */
export interface BenchPoint extends Tradeoff {
  costWeight: number;
  /** Mean of `quality - costWeight * cost`. */
  utility: number;
  /** How much less that is than the oracle's at the same price. */
  regret: number;
}

/** Report of `routing.bench`: each router beside the best single model, chance and the oracle. */
export interface BenchReport {
  /** Of each router, in the order of the prices. */
  routers: Record<string, BenchPoint[]>;
  /** The one model that is best on the mean at each price. */
  bestSingle: (BenchPoint & { model: string })[];
  /** The best model for each query, its outcome known. */
  oracle: BenchPoint[];
  /** Every model alone. */
  singles: Record<string, Tradeoff>;
  /** Corners of the best that mixing models at random can do: straight lines between them are reached; by rising cost. */
  randomMix: Tradeoff[];
  /** Those of the routers' points that none of them beats. */
  front: (BenchPoint & { router: string })[];
}

/**
 * Measures routers on a table of queries that they were not made from. Beside them always stand the best single model, the random
 * mix and the oracle: a router is worth its name above the first two.
 *
 * @throws {SwitchyardError} where the table does not fit, or a router names a model that is not there.
 */
export function bench(table: QueryTable, { routers, costWeights = [0] }: BenchOptions): BenchReport {
  const where = 'routing.bench';
  checkTable(where, table);
  costWeights.forEach((costWeight) => checkCostWeight(where, costWeight));
  const measure = (costWeight: number, choose: (query: number) => number): BenchPoint => {
    const chosen = table.features.map((_, query) => choose(query));
    const best = table.features.map((_, query) => Math.max(...utilities(table, query, costWeight)));
    const { cost, quality } = outcome(table, chosen);
    const utility = quality - costWeight * cost;
    return { costWeight, cost, quality, utility, regret: mean(best) - utility };
  };
  const singles = table.models.map((_, model) =>
    outcome(
      table,
      table.features.map(() => model)
    )
  );
  const each = Object.entries(routers).map(([name, make]) => {
    const points = costWeights.map((costWeight) => {
      const router = make(costWeight);
      return measure(costWeight, (query) => {
        const model = router.choose(table.features[query]);
        return model in table.models
          ? model
          : fail(where, `"${name}" must choose 0..${table.models.length - 1}`, model);
      });
    });
    return [name, points] as const;
  });
  const points = each.flatMap(([router, own]) => own.map((point) => ({ ...point, router })));
  return {
    routers: Object.fromEntries(each),
    bestSingle: costWeights.map((costWeight) => {
      const model = argMax(singles.map(({ cost, quality }) => quality - costWeight * cost));
      return { ...measure(costWeight, () => model), model: table.models[model] };
    }),
    oracle: costWeights.map((price) => measure(price, (query) => argMax(utilities(table, query, price)))),
    singles: Object.fromEntries(table.models.map((name, model) => [name, singles[model]])),
    randomMix: upperHull(singles),
    front: paretoFront(points)
  };
}

function outcome({ quality, cost }: QueryTable, chosen: readonly number[]): Tradeoff {
  return {
    cost: mean(chosen.map((model, query) => cost[query][model])),
    quality: mean(chosen.map((model, query) => quality[query][model]))
  };
}

// The front without the corners that lie under a line between two others (Andrew's monotone chain).
function upperHull(points: readonly Tradeoff[]): Tradeoff[] {
  const hull: Tradeoff[] = [];
  for (const point of paretoFront(points)) {
    while (hull.length > 1 && !turnsDown(hull[hull.length - 2], hull[hull.length - 1], point)) {
      hull.pop();
    }
    hull.push(point);
  }
  return hull;
}

function turnsDown(a: Tradeoff, b: Tradeoff, c: Tradeoff): boolean {
  return (b.quality - a.quality) * (c.cost - b.cost) > (c.quality - b.quality) * (b.cost - a.cost);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
