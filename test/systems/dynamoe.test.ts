import { core, moe, routers, sim, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectNoLeak } from '../support/numeric';

const { Context, Random } = core;

/** Choices of 8 experts over 300 steps of 512 tokens; one expert after the other is in demand, and less so with time. */
function driftingLoads(seed: number): number[][] {
  return Array.from({ length: 300 }, (_, step) => {
    const next = Random.fromSeed(seed).child(step).generator();
    const popular = Math.floor(step / 60) % 8;
    const extra = 0.5 * (1 - step / 300);
    const load = new Array<number>(8).fill(0);
    for (let token = 0; token < 512; token++) {
      load[next() < extra ? popular : Math.floor(next() * 8)]++;
    }
    return load;
  });
}

describe('[dynamoe-recompilation]', () => {
  test('following the load costs less than the worst case, padding and recompilations together', () => {
    for (let seed = 0; seed < 5; seed++) {
      const report = sim.dynamicCapacity({ loads: driftingLoads(seed), recompileCost: 2000 });
      expect(report.recompilations).toBeGreaterThan(0);
      expect(report.cost).toBeLessThan(0.8 * report.static.cost);
      expect(report.cost).toBeGreaterThanOrEqual(report.bound.cost);
    }
  });

  test('where recompilation is dear it costs more', () => {
    const loads = driftingLoads(0);
    const { recompilations, paddedSlots, static: fixed } = sim.dynamicCapacity({ loads, recompileCost: 0 });
    // The price at which both cost the same, from the two paddings alone.
    const even = (fixed.paddedSlots - paddedSlots) / recompilations;
    const saved = (recompileCost: number) => {
      const report = sim.dynamicCapacity({ loads, recompileCost });
      return report.static.cost - report.cost;
    };
    expect(saved(0.9 * even)).toBeGreaterThan(0);
    expect(saved(1.1 * even)).toBeLessThan(0);
  });

  test.each([0, 0.01, 0.05])('no step drops more than the quota, %d', (quota) => {
    const loads = driftingLoads(1);
    const { dropped, static: fixed } = sim.dynamicCapacity({
      loads,
      trigger: { quota, headroom: 0 },
      recompileCost: 1
    });
    expect(Math.max(...dropped)).toBeLessThanOrEqual(quota * 512);
    expect(Math.max(...fixed.dropped)).toBeLessThanOrEqual(quota * 512);
    expect(dropped.some((count) => count > 0)).toBe(quota > 0);
  });

  test('a layer computes the same before and after, bit by bit', () => {
    const [numTokens, width, numExperts, k] = [64, 8, 4, 2];
    const build = (capacityFactor: number | null) =>
      moe.layer({
        ...{ router: routers.topK({ k }), experts: numExperts, width, hidden: 8, capacityFactor },
        random: Random.fromSeed(1)
      });
    const batches = Array.from({ length: 12 }, (_, step) =>
      tf.tidy(() =>
        Random.fromSeed(2)
          .child(step)
          .normal([numTokens, width])
          .add(step < 6 ? 0 : 0.8)
      )
    );
    const run = (layer: moe.MoeLayer, x: tf.Tensor) => {
      const records: core.RoutingRecord[] = [];
      const ctx = Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
      const y = tf.tidy(() => layer.apply(x, ctx).dataSync());
      return { y, record: records[0] };
    };
    const unlimited = build(null);
    const before = batches.map((x) => run(unlimited, x));
    const loads = before.map(({ record }) => [0, 1, 2, 3].map((e) => record.indices.filter((i) => i === e).length));
    const { capacities, recompilations } = sim.dynamicCapacity({
      ...{ loads, trigger: { patience: 2, headroom: 0 }, recompileCost: 1 }
    });
    expect(recompilations).toBeGreaterThan(0);
    expectNoLeak(() =>
      batches.forEach((x, step) => {
        const layer = build((capacities[step] * numExperts) / (numTokens * k));
        const { y, record } = run(layer, x);
        expect(record.dropped?.some((d) => d === 1)).toBe(false);
        expect(y).toEqual(before[step].y);
        layer.dispose();
      })
    );
    unlimited.dispose();
    tf.dispose(batches);
  });
});
