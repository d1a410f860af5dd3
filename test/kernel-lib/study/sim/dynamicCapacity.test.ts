import { core, sim } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

/** Least cost of all sequences of capacities that keep to the quota, by trying each. */
function exhaustive(loads: number[][], quota: number, recompileCost: number): number {
  const largest = Math.max(...loads.flat());
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  const from = (step: number, before: number | null): number => {
    if (step === loads.length) {
      return 0;
    }
    let best = Infinity;
    for (let capacity = 0; capacity <= largest; capacity++) {
      const over = sum(loads[step].map((c) => Math.max(0, c - capacity)));
      if (over <= quota * sum(loads[step])) {
        const padded = sum(loads[step].map((c) => Math.max(0, capacity - c)));
        const compile = before !== null && before !== capacity ? recompileCost : 0;
        best = Math.min(best, padded + compile + from(step + 1, capacity));
      }
    }
    return best;
  };
  return from(0, null);
}

describe('dynamicCapacity', () => {
  test.each([0, 0.2])('the bound is the cheapest of all sequences, quota %d', (quota) => {
    for (let seed = 0; seed < 15; seed++) {
      const next = core.Random.fromSeed(seed).generator();
      const loads = Array.from({ length: 5 }, () => Array.from({ length: 3 }, () => Math.floor(6 * next())));
      for (const recompileCost of [0, 2, 5, 100]) {
        const report = sim.dynamicCapacity({ loads, trigger: { quota }, recompileCost });
        expect(report.bound.cost).toBe(exhaustive(loads, quota, recompileCost));
        expect(report.cost).toBeGreaterThanOrEqual(report.bound.cost);
        expect(report.static.cost).toBeGreaterThanOrEqual(report.bound.cost);
      }
    }
  });

  test('by hand: up at once, down after the patience', () => {
    const loads = [4, 9, 4, 4, 4].map((most) => [most, 1]);
    const trigger = { headroom: 0, slack: 0.25, patience: 2 };
    const { capacities, recompilations, paddedSlots, dropped, cost } = sim.dynamicCapacity({
      ...{ loads, trigger, recompileCost: 3 }
    });
    expect([...capacities]).toEqual([4, 9, 9, 4, 4]);
    expect(recompilations).toBe(2);
    expect(paddedSlots).toBe(3 + 8 + 5 + 8 + 3 + 3);
    expect([...dropped]).toEqual([0, 0, 0, 0, 0]);
    expect(cost).toBe(30 + 6);
  });

  test('refuses loads of different lengths', () => {
    expect(() => sim.dynamicCapacity({ loads: [[1], [1, 2]], recompileCost: 0 })).toThrow('loads[1] must be 1 counts');
  });
});
