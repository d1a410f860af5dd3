import { core, sim } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const intra: sim.Link = { latency: 2e-6, bandwidth: 200e9 };
const inter: sim.Link = { latency: 10e-6, bandwidth: 25e9 };
const cluster = (nodes: number, devicesPerNode: number) =>
  sim.topology({ nodes, devicesPerNode, links: { intra, inter } });
const even = (size: number, bytes: number) => Array.from({ length: size }, () => new Array<number>(size).fill(bytes));

describe('fitLinearCost', () => {
  test('recovers a line, and keeps both parts at 0 or above', () => {
    const line = [1e3, 1e4, 1e5].map((size) => ({ size, seconds: 3e-6 + size * 2e-9 }));
    const { fixed, perUnit } = sim.fitLinearCost(line);
    expect(fixed).toBeCloseTo(3e-6, 12);
    expect(perUnit).toBeCloseTo(2e-9, 15);
    const origin = [1, 2, 3].map((size) => ({ size, seconds: 5 * size - 1 }));
    // Least squares through the origin: sum(x y) / sum(x x) = (4 + 18 + 42) / 14.
    expect(sim.fitLinearCost(origin)).toEqual({ fixed: 0, perUnit: 64 / 14 });
    expect(() => sim.fitLinearCost([line[0], line[0]])).toThrow('at least two sizes');
  });
});

describe('allToAll', () => {
  test.each([
    [1, 4],
    [4, 1],
    [2, 3],
    [4, 8]
  ])('%i nodes of %i devices, equal messages: the closed forms', (nodes, devices) => {
    const topology = cluster(nodes, devices);
    const bytes = even(nodes * devices, 1e6);
    const within = (b: number) => (devices - 1) * (intra.latency + b / intra.bandwidth);
    const between = (messages: number, b: number) => messages * (inter.latency + b / inter.bandwidth);
    const flat = sim.allToAll({ topology, bytes });
    expect(flat.seconds).toBeCloseTo(Math.max(within(1e6), between((nodes - 1) * devices, 1e6)), 12);
    expect(flat.intra.maxMessages + flat.inter.maxMessages).toBe(nodes * devices - 1);
    const bilevel = sim.allToAll({ topology, bytes, algorithm: 'bilevel' });
    expect(bilevel.seconds).toBeCloseTo(between(nodes - 1, devices * 1e6) + within(nodes * 1e6), 12);
    expect(bilevel.inter.maxMessages).toBe(nodes - 1);
    expect(bilevel.intra.maxMessages).toBe(devices - 1);
    // The bytes between nodes are the same: only the messages are fewer.
    expect(bilevel.inter.bytes).toBe(flat.inter.bytes);
  });

  test('the busiest port decides, whether it sends or receives', () => {
    const bytes = even(3, 0);
    bytes[0][2] = 1e6;
    bytes[1][2] = 3e6;
    const { seconds, inter: use } = sim.allToAll({ topology: cluster(3, 1), bytes });
    expect(seconds).toBeCloseTo(2 * inter.latency + 4e6 / inter.bandwidth, 12);
    expect(use).toEqual({ messages: 2, bytes: 4e6, maxMessages: 1 });
  });

  test('refuses other shapes and negative sizes', () => {
    const topology = cluster(1, 2);
    expect(() => sim.allToAll({ topology, bytes: even(3, 1) })).toThrow('bytes must be [2][2], got [3][3]');
    expect(() => sim.allToAll({ topology, bytes: even(2, -1) })).toThrow('at least 0, got -1');
  });
});

describe('traffic', () => {
  test('by hand: four tokens on two devices, one choice dropped and one unused', () => {
    const routing = {
      ...{ numTokens: 4, numExperts: 3, k: 2 },
      indices: Int32Array.of(0, 1, 2, 1, 0, -1, 2, 1),
      dropped: Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 0)
    };
    const topology = cluster(2, 1);
    const report = sim.traffic({ topology, routing, deviceOf: [0, 0, 1], bytesPerToken: 8 });
    // Tokens 0 and 1 are at device 0, 2 and 3 at device 1; kept: 0->0, 0->0, 0->1, 1->0, 1->1, 1->0.
    expect(report.bytes).toEqual([
      [16, 8],
      [16, 8]
    ]);
    expect(report.interNode).toBe(3 / 6);
    expect(report.interDevice).toBe(3 / 6);
  });
});

describe('placeExperts', () => {
  /** Least work of the busiest device over all assignments with room for `slots` each. */
  function exhaustive(load: readonly number[], devices: number, slots: number): number {
    const place = (expert: number, work: number[], used: number[]): number => {
      if (expert === load.length) {
        return Math.max(...work);
      }
      let best = Infinity;
      for (let d = 0; d < devices; d++) {
        if (used[d] < slots) {
          const at = (values: number[], by: number) => values.map((v, i) => (i === d ? v + by : v));
          best = Math.min(best, place(expert + 1, at(work, load[expert]), at(used, 1)));
        }
      }
      return best;
    };
    return place(0, new Array<number>(devices).fill(0), new Array<number>(devices).fill(0));
  }

  test('is never better than the best of all placements, within the bound of longest processing time', () => {
    const next = core.Random.fromSeed(1).generator();
    const excess = { ours: 0, blocks: 0 };
    for (let trial = 0; trial < 40; trial++) {
      const load = Array.from({ length: 8 }, () => -Math.log(1 - next()));
      const [free, tight] = [8, 4].map((slots) => ({
        ours: Math.max(...sim.placeExperts({ load, numDevices: 2, slots }).load),
        best: exhaustive(load, 2, slots)
      }));
      // Graham 1969: 4/3 - 1/(3 m) where there is room everywhere.
      expect(free.ours / free.best).toBeLessThanOrEqual(4 / 3 - 1 / 6 + 1e-12);
      expect(free.ours).toBeGreaterThanOrEqual(free.best - 1e-12);
      expect(tight.ours).toBeGreaterThanOrEqual(tight.best - 1e-12);
      const blocks = sim.placeExperts({ load, numDevices: 2, strategy: 'contiguous' });
      excess.ours += tight.ours / tight.best - 1;
      excess.blocks += Math.max(...blocks.load) / tight.best - 1;
    }
    expect(excess.ours).toBeLessThan(0.1 * excess.blocks);
  });

  test('keeps to the slots, and says its imbalance', () => {
    const { deviceOf, imbalance, load } = sim.placeExperts({ load: [9, 1, 1, 1], numDevices: 2 });
    expect(deviceOf.filter((d) => d === deviceOf[0])).toHaveLength(2);
    expect([...load].sort()).toEqual([10, 2]);
    expect(imbalance).toBeCloseTo(10 / 6, 12);
    expect(() => sim.placeExperts({ load: [1, 1, 1], numDevices: 2, slots: 1 })).toThrow('slots');
  });
});
