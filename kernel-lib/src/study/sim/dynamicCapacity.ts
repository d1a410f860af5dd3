import { expectInteger, expectNumber, fail } from '../../base/core';
import { ceil } from '../../base/math';

/** Options of `sim.dynamicCapacity`. */
export interface DynamicCapacityOptions {
  /** Choices of each expert at each step, before capacity; [S][E]. */
  loads: readonly ArrayLike<number>[];
  /** When the graph is compiled anew for another capacity. */
  trigger?: RecompileTrigger;
  /** Of one recompilation, in padded slots: its seconds over the seconds of one slot. Both are measured. */
  recompileCost: number;
}

/** Trigger of a recompilation: how much may be dropped before it. */
export interface RecompileTrigger {
  /** Share of a step's choices that may be dropped before the step is compiled anew, 0..1. Default 0. */
  quota?: number;
  /** Capacity in excess of what a new one would be, as a fraction of it, that counts as too much. Default 0.25. */
  slack?: number;
  /** Steps in a row with too much, after which it is compiled for less. Default 8. */
  patience?: number;
  /** Room above the need that a new capacity gets, as a fraction. Default 0.1. */
  headroom?: number;
}

/** Cost of a sequence of capacities. */
export interface CapacityCost {
  /** Rows an expert takes, at each step; [S]. */
  capacities: Int32Array;
  recompilations: number;
  /** Slots of the buffers that no token fills. */
  paddedSlots: number;
  /** Choices dropped at each step; [S]. */
  dropped: Int32Array;
  /** paddedSlots + recompilations * recompileCost. */
  cost: number;
}

export interface DynamicCapacityReport extends CapacityCost {
  /** The one capacity that keeps to the quota at all steps, compiled once beforehand. */
  static: CapacityCost;
  /** The cheapest sequence that keeps to the quota, knowing all loads: no trigger beats it. */
  bound: CapacityCost;
}

/**
 * Experts work in buffers of equal capacity; instead of one that fits the worst step, the capacity follows the load and the
 * graph is compiled anew when it changes (DynaMoE, arXiv 2205.01848). A step whose load is over the quota is compiled for it
 * before it runs, so the quota holds always. The first compilation is free, for all alike.
 *
 * @throws {SwitchyardError} where the loads are not [S][E] or an option is out of range.
 */
export function dynamicCapacity({ loads, trigger = {}, recompileCost }: DynamicCapacityOptions): DynamicCapacityReport {
  const { quota = 0, slack = 0.25, patience = 8, headroom = 0.1 } = trigger;
  check(loads, { quota, slack, patience, headroom }, recompileCost);
  const needs = loads.map((load) => smallestCapacity(load, quota));
  const of = (capacities: number[]): CapacityCost => costOf(loads, capacities, recompileCost);
  return {
    ...of(follow(needs, { slack, patience, headroom })),
    static: of(needs.map(() => Math.max(...needs))),
    bound: of(cheapest(loads, needs, recompileCost))
  };
}

function follow(needs: readonly number[], { slack, patience, headroom }: Omit<Required<RecompileTrigger>, 'quota'>) {
  const withRoom = (need: number): number => ceil(need * (1 + headroom));
  let capacity = withRoom(needs[0]);
  let roomy: number[] = [];
  return needs.map((need) => {
    const enough = withRoom(Math.max(need, ...roomy));
    roomy = capacity > enough * (1 + slack) ? [...roomy, need] : [];
    if (need > capacity) {
      capacity = withRoom(need);
      roomy = [];
    } else if (roomy.length >= patience) {
      capacity = enough;
      roomy = [];
    }
    return capacity;
  });
}

/** Smallest capacity that drops at most this share of the choices. */
function smallestCapacity(load: ArrayLike<number>, quota: number): number {
  const counts = Array.from(load);
  const allowed = quota * counts.reduce((sum, c) => sum + c, 0);
  let [low, high] = [0, Math.max(...counts)];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (overflow(counts, middle) <= allowed) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

/** Cheapest partition of the steps into runs of one capacity, each the largest need of its run; O(S^2) by dynamic programming. */
function cheapest(loads: readonly ArrayLike<number>[], needs: readonly number[], recompileCost: number): number[] {
  const steps = loads.length;
  const cost = [-recompileCost, ...new Array<number>(steps).fill(Infinity)];
  const from = new Int32Array(steps + 1);
  for (let end = 1; end <= steps; end++) {
    let capacity = 0;
    for (let start = end - 1; start >= 0; start--) {
      capacity = Math.max(capacity, needs[start]);
      const total = cost[start] + recompileCost + runPadding(loads, start, end, capacity);
      if (total < cost[end]) {
        cost[end] = total;
        from[end] = start;
      }
    }
  }
  const capacities = new Array<number>(steps);
  for (let end = steps; end > 0; end = from[end]) {
    capacities.fill(Math.max(...needs.slice(from[end], end)), from[end], end);
  }
  return capacities;
}

function runPadding(loads: readonly ArrayLike<number>[], start: number, end: number, capacity: number): number {
  let sum = 0;
  for (let step = start; step < end; step++) {
    sum += padding(loads[step], capacity);
  }
  return sum;
}

function costOf(loads: readonly ArrayLike<number>[], capacities: number[], recompileCost: number): CapacityCost {
  const recompilations = capacities.filter((capacity, s) => s > 0 && capacity !== capacities[s - 1]).length;
  const paddedSlots = capacities.reduce((sum, capacity, s) => sum + padding(loads[s], capacity), 0);
  return {
    capacities: Int32Array.from(capacities),
    recompilations,
    paddedSlots,
    dropped: Int32Array.from(capacities, (capacity, s) => overflow(Array.from(loads[s]), capacity)),
    cost: paddedSlots + recompilations * recompileCost
  };
}

function padding(load: ArrayLike<number>, capacity: number): number {
  let empty = 0;
  for (let e = 0; e < load.length; e++) {
    empty += Math.max(0, capacity - load[e]);
  }
  return empty;
}

function overflow(counts: readonly number[], capacity: number): number {
  return counts.reduce((sum, c) => sum + Math.max(0, c - capacity), 0);
}

function check(loads: readonly ArrayLike<number>[], trigger: Required<RecompileTrigger>, recompileCost: number): void {
  const where = 'sim.dynamicCapacity';
  const { quota, slack, patience, headroom } = trigger;
  expectInteger(where, 'the number of steps', loads.length, 1);
  expectNumber(where, 'trigger.quota', quota, 0, 1);
  expectNumber(where, 'trigger.slack', slack, 0);
  expectInteger(where, 'trigger.patience', patience, 1);
  expectNumber(where, 'trigger.headroom', headroom, 0);
  expectNumber(where, 'recompileCost', recompileCost, 0);
  const numExperts = loads[0].length;
  loads.forEach((load, s) => {
    const valid = Array.from(load).every((count) => Number.isInteger(count) && count >= 0);
    if (load.length !== numExperts || numExperts === 0 || !valid) {
      fail(where, `loads[${s}] must be ${numExperts} counts`, Array.from(load));
    }
  });
}
