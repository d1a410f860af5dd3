import { sim } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const link: sim.Link = { latency: 1, bandwidth: 10 };
const cluster = (nodes: number, devicesPerNode: number) =>
  sim.topology({ nodes, devicesPerNode, links: { intra: link, inter: { latency: 5, bandwidth: 1 } } });

describe('traffic', () => {
  test('leaving the device is not leaving the node, and no record of drops drops nothing', () => {
    // Four devices in two nodes, a token each: to 1 (same node), 1 (own), 0 (other node), 3 (own).
    const routing = { numTokens: 4, numExperts: 4, k: 1, indices: Int32Array.of(1, 1, 0, 3), dropped: null };
    const report = sim.traffic({ topology: cluster(2, 2), routing, deviceOf: [0, 1, 2, 3], bytesPerToken: 4 });
    expect([report.interDevice, report.interNode]).toEqual([2 / 4, 1 / 4]);
    expect(report.bytes).toEqual([[0, 4, 0, 0], [0, 4, 0, 0], [4, 0, 0, 0], [0, 0, 0, 4]]); // prettier-ignore
  });

  test('a token is where its owner says', () => {
    const routing = { numTokens: 2, numExperts: 2, k: 1, indices: Int32Array.of(0, 0), dropped: null };
    const all = { topology: cluster(1, 2), routing, deviceOf: [0, 1], bytesPerToken: 1 };
    expect(sim.traffic({ ...all, homeOf: () => 1 }).bytes).toEqual([[0, 0], [2, 0]]); // prettier-ignore
  });
});

test('allToAll counts messages and bytes of all ports', () => {
  const bytes = [[9, 1, 2, 0], [0, 9, 0, 3], [4, 0, 9, 0], [0, 0, 5, 9]]; // prettier-ignore
  const { intra, inter } = sim.allToAll({ topology: cluster(2, 2), bytes });
  // Within nodes 0 -> 1 and 3 -> 2, between them 0 -> 2, 1 -> 3 and 2 -> 0.
  expect(intra).toEqual({ messages: 2, bytes: 6, maxMessages: 1 });
  expect(inter).toEqual({ messages: 3, bytes: 9, maxMessages: 1 });
});

describe('placeExperts', () => {
  test('blocks in order, the first the longer ones', () => {
    const { deviceOf, load } = sim.placeExperts({ load: [1, 2, 3, 4, 5], numDevices: 2, strategy: 'contiguous' });
    expect([...deviceOf]).toEqual([0, 0, 0, 1, 1]);
    expect([...load]).toEqual([6, 9]);
  });

  test('the heaviest first, each to the first of the least busy', () => {
    expect([...sim.placeExperts({ load: [1, 4, 2, 3], numDevices: 2, slots: 4 }).deviceOf]).toEqual([0, 0, 1, 1]);
    expect([...sim.placeExperts({ load: [2, 2, 2], numDevices: 3 }).deviceOf]).toEqual([0, 1, 2]);
  });

  test('a swap mends what the heaviest first leaves', () => {
    // Heaviest first: 9 | 8, then 7 to the second, 6 to the first (15 | 15), and 5, 4 evenly: as good as can be.
    expect([...sim.placeExperts({ load: [9, 8, 7, 6, 5, 4], numDevices: 2 }).load].sort()).toEqual([19, 20]);
    // 3, 2, 2 | 3, 2 by order; a 3 for a 2 makes both alike.
    expect([...sim.placeExperts({ load: [3, 3, 2, 2, 2], numDevices: 2 }).load]).toEqual([6, 6]);
    // Two slots each: 10 + 1 against 9 + 8 by order (8 goes to the 9), which a swap makes 10 + 8... no better; 9 + 1 and 10 + 8 neither.
    const { load, deviceOf } = sim.placeExperts({ load: [10, 9, 8, 1], numDevices: 2, slots: 2 });
    expect([...load].sort((a, b) => a - b)).toEqual([11, 17]);
    expect(deviceOf[1]).toBe(deviceOf[2]);
  });
});

describe('dynamicCapacity', () => {
  const trigger = { quota: 0, slack: 0.25, patience: 2, headroom: 0.5 };
  const of = (needs: number[], more = {}) =>
    sim.dynamicCapacity({ loads: needs.map((need) => [need, 0]), recompileCost: 7, trigger: { ...trigger, ...more } });

  test('headroom is a share more, rounded up', () => {
    expect([...of([4, 4, 7, 7]).capacities]).toEqual([6, 6, 11, 11]);
    // 4 of 4: not 5 by a rounding error.
    expect([...of([10, 10], { headroom: 0.1 }).capacities]).toEqual([11, 11]);
  });

  test('it shrinks after as many roomy steps in a row, to the most that they needed', () => {
    expect([...of([10, 4, 6, 4, 4]).capacities]).toEqual([15, 15, 9, 9, 6]);
    // A step that needs all of it begins the count anew.
    expect([...of([10, 4, 10, 4, 4, 4]).capacities]).toEqual([15, 15, 15, 15, 6, 6]);
    // Exactly the slack is not too roomy: 15 over 12 is 1.25.
    expect([...of([10, 8, 8, 8]).capacities]).toEqual([15, 15, 15, 15]);
  });

  test('what the quota lets go is dropped, and said', () => {
    const report = sim.dynamicCapacity({
      ...{ loads: [[9, 1], [5, 5]], recompileCost: 0 }, // prettier-ignore
      trigger: { quota: 0.2, headroom: 0, slack: 9 }
    });
    expect([...report.capacities]).toEqual([7, 7]);
    expect([...report.dropped]).toEqual([2, 0]);
    expect([...report.static.dropped]).toEqual([2, 0]);
    expect(report.paddedSlots).toBe(6 + 4);
  });
});

describe('expertCache', () => {
  const profile = { loadSeconds: 3, computeSeconds: 2 };
  const run = (accesses: number[][], more: Partial<sim.ExpertCacheOptions> = {}) => sim.expertCache({ accesses, capacity: 2, ...more }); // prettier-ignore

  test('least recently used goes first; where all are as old, the first held', () => {
    expect([...run([[0], [1], [0], [2], [1]]).loads]).toEqual([1, 1, 0, 1, 1]);
    expect([...run([[0, 1], [2], [1]]).loads]).toEqual([2, 1, 0]); // prettier-ignore
  });

  test('least often used goes first; of as many uses the one used longest ago', () => {
    expect([...run([[0], [0], [1], [1], [2], [1], [0]], { policy: 'lfu' }).loads]).toEqual([1, 0, 1, 0, 1, 0, 1]);
  });

  test('a look-ahead of one keeps what the next step needs, and not what comes later', () => {
    const loads = (lookahead: number, policy?: sim.CachePolicy) => [...run([[0], [1], [2], [2], [0]], { lookahead, policy }).loads]; // prettier-ignore
    expect([loads(0), loads(1), loads(2)]).toEqual([[1, 1, 1, 0, 1], [1, 1, 1, 0, 1], [1, 1, 1, 0, 0]]); // prettier-ignore
    expect(loads(0, 'belady')).toEqual([1, 1, 1, 0, 0]);
    expect([...run([[0], [1], [2], [0]], { lookahead: 1 }).loads]).toEqual([1, 1, 1, 0]);
  });

  test('times: a load waits for the link and for the step that tells of it', () => {
    // Without look-ahead: load 3, compute 2, hit: compute 2, load 3, compute 2.
    expect(run([[0], [0], [1]], { profile })).toMatchObject({ seconds: 12, stallSeconds: 6 });
    // Told a step ahead: the load of the third step begins with the second, at 5, and is there at 8; computing ends at 10.
    expect(run([[0], [0], [1]], { profile, lookahead: 1 })).toMatchObject({ seconds: 10, stallSeconds: 4 });
    // No time to load or compute by default.
    expect(run([[0], [1]])).toMatchObject({ seconds: 0, stallSeconds: 0 });
  });
});

test('batchByExperts takes what brings the fewest new experts, of equals the oldest', () => {
  const routes = [[0, 1], [2, 3], [0, 2], [1, 0], [3]]; // prettier-ignore
  expect(sim.batchByExperts({ routes, batchSize: 2 })).toEqual({
    batches: [[0, 3], [1, 4], [2]],
    uniqueExperts: [2, 2, 2]
  });
  // What the second brought is there for the third.
  expect(sim.batchByExperts({ routes: [[0, 1], [0, 2], [3, 5], [2, 4]], batchSize: 3 })).toEqual({
    batches: [[0, 1, 3], [2]],
    uniqueExperts: [4, 2]
  }); // prettier-ignore
  expect(sim.batchByExperts({ routes: [[0], [1], [2]], batchSize: 2 }).batches).toEqual([[0, 1], [2]]); // prettier-ignore
});
