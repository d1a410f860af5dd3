import type { tf } from '../../base/backend';
import { expectInteger, expectNumber, expectOneOf, fail } from '../../base/core';
import { chooseOneEach } from '../../base/math';
import { passTime } from '../../transform/prune/passTime';
import type { SubnetOptions, SubnetPoint, Supernet } from '../../transform/elastic';
import { genetic } from '../strategy';
import type { Strategy } from '../strategy';
import { study } from '../studies';
import { costOf } from './curve';
import type { MeasureSlice } from './curve';
import { space } from './supernetSpace';

/** A limit of one cost: values of parameters, operations on a token, or the measured time of a pass. */
export type SelectBudget = { parameters: number } | { flops: number } | { milliseconds: number };

/** Options of `elastic.select`. */
export interface SelectOptions extends SubnetOptions {
  budget: SelectBudget;
  /** Measure of a slice that is to be small. */
  evaluate: MeasureSlice;
  /**
   * "all" measures every slice within the budget; "separable" one value of a dimension at a time beside the largest slice, and takes the best sum of
   * these differences, exactly (a knapsack of one value each): mix'n'match, right where what layers lose adds up; "search" asks a strategy. Default: "all" of at most 64
   * slices, else "search".
   */
  method?: 'all' | 'separable' | 'search';
  /** Input that passes are timed on, for a budget of milliseconds. */
  timedOn?: tf.Tensor;
  /** Positions of a sequence for operations. Default: the model's context length. */
  length?: number;
  /** Of "search". Default `nas.genetic()`. */
  strategy?: Strategy;
  /** Trials of "search". Default 50. */
  trials?: number;
  /** Seed of "search". Default 0. */
  seed?: number;
}

/** Outcome of `elastic.select`. */
export interface Selection {
  point: SubnetPoint;
  /** Measure of the slice that was chosen. */
  loss: number;
  /** Its cost, of the budget's kind. */
  cost: number;
  /** Slices that were measured. */
  measured: number;
}

const WHERE = 'elastic.select';
const FEW = 64;

/**
 * The slice of a supernet that loses least within a budget.
 *
 * @throws {SwitchyardError} where no slice is within the budget, an option is out of range, a measure is not finite, or, "separable", costs of dimensions do not add up.
 */
export async function select(supernet: Supernet, options: SelectOptions): Promise<Selection> {
  const { method = supernet.count <= FEW ? 'all' : 'search', calibration, evaluate } = options;
  expectOneOf(WHERE, 'method', method, ['all', 'separable', 'search']);
  const { costs, budget } = costsOf(supernet, options);
  const losses = new Map<string, number>();
  const measure = async (point: SubnetPoint): Promise<number> => {
    const key = JSON.stringify(supernet.choice(point));
    if (!losses.has(key)) {
      const slice = supernet.subnet(point, { calibration });
      try {
        const loss = await slice.run((model) => Promise.resolve(evaluate(model, point)));
        losses.set(key, Number.isFinite(loss) ? loss : fail(WHERE, `the measure of ${key} must be finite`, loss));
      } finally {
        slice.dispose();
      }
    }
    return losses.get(key)!;
  };
  if (costs(supernet.smallest) > budget) {
    fail(WHERE, `the budget must be of the smallest slice (${costs(supernet.smallest)}) or more`, budget);
  }
  const choose = { all: chooseOfAll, separable: chooseSeparable, search: chooseBySearch }[method];
  const point = await choose(supernet, { costs, budget, measure, options });
  const loss = await measure(point);
  return { point, loss, cost: costs(point), measured: losses.size };
}

interface Setting {
  costs: (point: SubnetPoint) => number;
  budget: number;
  measure: (point: SubnetPoint) => Promise<number>;
  options: SelectOptions;
}

async function chooseOfAll(supernet: Supernet, { costs, budget, measure }: Setting): Promise<SubnetPoint> {
  let best = supernet.smallest;
  for (const point of supernet.points()) {
    if (costs(point) <= budget && (await measure(point)) < (await measure(best))) {
      best = point;
    }
  }
  return best;
}

async function chooseSeparable(supernet: Supernet, { costs, budget, measure }: Setting): Promise<SubnetPoint> {
  const { largest, dimensions } = supernet;
  const [loss, cost] = [await measure(largest), costs(largest)];
  const lists: { cost: number; value: number }[][] = [];
  for (const { name, values } of dimensions) {
    const list = [];
    for (const value of values) {
      const point = { ...largest, [name]: value };
      list.push({ cost: costs(point) - cost, value: loss - (await measure(point)) });
    }
    lists.push(list);
  }
  const chosen = chooseOneEach(lists, budget - cost);
  const picked = chosen ?? fail(WHERE, 'the sum of the least costs must be within the budget', budget);
  const point = Object.fromEntries(dimensions.map(({ name, values }, d) => [name, values[picked[d]]]));
  const sum = picked.reduce((total, i, d) => total + lists[d][i].cost, cost);
  if (Math.abs(sum - costs(point)) > 1e-6 * cost) {
    fail(WHERE, `costs of dimensions must add up (${costs(point)}) for "separable"; "search" does without`, sum);
  }
  return point;
}

async function chooseBySearch(supernet: Supernet, { costs, budget, measure, options }: Setting): Promise<SubnetPoint> {
  const { trials = 50, seed = 0, strategy = genetic() } = options;
  expectInteger(WHERE, 'trials', trials, 1);
  const slices = space(supernet, { constraints: [{ name: 'budget', of: costs, atMost: budget }] });
  const result = await study({
    ...{ space: slices, strategy, trials, seed, storage: 'memory', progress: false },
    evaluate: ({ candidate }) => measure(slices.subnetPoint(candidate))
  });
  const best = result.best ?? fail(WHERE, 'a trial must be complete', result.trials[0]?.error ?? 'none');
  return slices.subnetPoint(best.candidate);
}

/** Cost of each slice, remembered, and the limit. */
function costsOf(supernet: Supernet, { budget, timedOn, length }: SelectOptions) {
  const [[name, limit], ...others] = Object.entries(budget);
  expectOneOf(WHERE, 'the budget', name, ['parameters', 'flops', 'milliseconds']);
  if (others.length > 0) {
    fail(WHERE, 'the budget must be of one cost', budget);
  }
  expectNumber(WHERE, `the budget of ${name}`, limit, 0);
  const known = new Map<string, number>();
  const compute = (point: SubnetPoint): number => {
    const slice = supernet.subnet(point);
    if (name !== 'milliseconds') {
      return costOf(slice.cost({ length }), name);
    }
    const x = timedOn ?? fail(WHERE, 'timedOn must be given for a budget of milliseconds', timedOn);
    return slice.run((model) => passTime(model, x));
  };
  const costs = (point: SubnetPoint): number => {
    const key = JSON.stringify(supernet.choice(point));
    known.set(key, known.get(key) ?? compute(point));
    return known.get(key)!;
  };
  return { costs, budget: limit };
}
