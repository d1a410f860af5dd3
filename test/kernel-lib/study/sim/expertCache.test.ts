import { core, sim } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

/** Fewest loads of all ways to keep experts, by searching every eviction. */
function fewestMisses(accesses: number[][], capacity: number): number {
  let states = new Map<string, number>([['', 0]]);
  for (const needed of accesses) {
    const after = new Map<string, number>();
    for (const [key, misses] of states) {
      const held = key === '' ? [] : key.split(',').map(Number);
      const missing = needed.filter((expert) => !held.includes(expert)).length;
      const spare = held.filter((expert) => !needed.includes(expert));
      for (let mask = 0; mask < 1 << spare.length; mask++) {
        const kept = spare.filter((_, i) => (mask >> i) & 1);
        if (kept.length + needed.length <= capacity) {
          const next = [...kept, ...needed].sort((a, b) => a - b).join(',');
          after.set(next, Math.min(after.get(next) ?? Infinity, misses + missing));
        }
      }
    }
    states = after;
  }
  return Math.min(...states.values());
}

/** Steps of two experts each; some experts are wanted more. */
function trace(seed: number, steps: number, numExperts: number): number[][] {
  const next = core.Random.fromSeed(seed).generator();
  return Array.from({ length: steps }, () => {
    const chosen = new Set<number>();
    while (chosen.size < 2) {
      chosen.add(Math.floor(next() ** 2 * numExperts));
    }
    return [...chosen];
  });
}

test('Belady has the fewest misses there can be, and no policy has fewer', () => {
  for (let seed = 0; seed < 20; seed++) {
    const accesses = trace(seed, 14, 6);
    const misses = (policy: sim.CachePolicy, lookahead = 0) =>
      sim.expertCache({ accesses, capacity: 3, policy, lookahead }).misses;
    const bound = fewestMisses(accesses, 3);
    expect(misses('belady')).toBe(bound);
    for (const policy of ['lru', 'lfu'] as const) {
      expect(misses(policy)).toBeGreaterThanOrEqual(bound);
      expect(misses(policy, 2)).toBeGreaterThanOrEqual(bound);
      expect(misses(policy, Infinity)).toBe(bound);
    }
  }
});

test('look-ahead lowers the misses on average, and LFU beats LRU where popularity is steady', () => {
  const mean = (policy: sim.CachePolicy, lookahead: number) =>
    Array.from({ length: 10 }, (_, seed) => trace(seed, 200, 16)).reduce(
      (sum, accesses) => sum + sim.expertCache({ accesses, capacity: 6, policy, lookahead }).misses / 10,
      0
    );
  const byLookahead = [0, 1, 2, 4, 8].map((lookahead) => mean('lru', lookahead));
  expect(byLookahead).toEqual([...byLookahead].sort((a, b) => b - a));
  expect(byLookahead[4]).toBeLessThan(0.9 * byLookahead[0]);
  expect(mean('lfu', 0)).toBeLessThan(mean('lru', 0));
});

test('by hand: the policies part where they should', () => {
  const accesses = [[0], [0], [1], [2], [0], [1]];
  const loads = (policy: sim.CachePolicy) => [...sim.expertCache({ accesses, capacity: 2, policy }).loads];
  expect(loads('lru')).toEqual([1, 0, 1, 1, 1, 1]);
  expect(loads('lfu')).toEqual([1, 0, 1, 1, 0, 1]);
  expect(loads('belady')).toEqual([1, 0, 1, 1, 0, 1]);
});

test.each([
  [2, 5],
  [5, 2]
])('time where every step misses: load %i s, compute %i s', (loadSeconds, computeSeconds) => {
  const steps = 9;
  const accesses = Array.from({ length: steps }, (_, step) => [step]);
  const seconds = (lookahead: number) =>
    sim.expertCache({ accesses, capacity: 1, lookahead, profile: { loadSeconds, computeSeconds } }).seconds;
  expect(seconds(0)).toBe(steps * (loadSeconds + computeSeconds));
  expect(seconds(1)).toBe(loadSeconds + (steps - 1) * Math.max(loadSeconds, computeSeconds) + computeSeconds);
});

test('hits cost nothing but the compute', () => {
  const accesses = [[0, 1], [1, 0], [0]];
  const report = sim.expertCache({ accesses, capacity: 2, profile: { loadSeconds: 3, computeSeconds: 1 } });
  expect(report).toMatchObject({ hits: 3, misses: 2, hitRate: 0.6, seconds: 9, stallSeconds: 6 });
  expect(() => sim.expertCache({ accesses, capacity: 1 })).toThrow(
    'step 0 must need at most 1 experts, each once, got [0,1]'
  );
});
