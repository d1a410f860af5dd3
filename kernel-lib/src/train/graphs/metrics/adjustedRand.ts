import { expectInteger } from '../../../base/core';

/**
 * Adjusted Rand index of two partitions of the same things (Hubert and Arabie, 1985): 1 where they are the same, near 0 by chance; also 1 where both put all into one part, or each apart.
 *
 * @throws {SwitchyardError} where they are of different numbers of things.
 */
export function adjustedRand(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expectInteger('graph.metrics.adjustedRand', 'things of both', b.length, a.length, a.length);
  const pairs = (n: number): number => (n * (n - 1)) / 2;
  const sumOfPairs = (key: (i: number) => string): number => {
    const counts = new Map<string, number>();
    Array.from(a, (_, i) => counts.set(key(i), (counts.get(key(i)) ?? 0) + 1));
    return [...counts.values()].reduce((sum, n) => sum + pairs(n), 0);
  };
  const both = sumOfPairs((i) => `${a[i]} ${b[i]}`);
  const [ofA, ofB] = [sumOfPairs((i) => `${a[i]}`), sumOfPairs((i) => `${b[i]}`)];
  const chance = (ofA * ofB) / Math.max(1, pairs(a.length));
  const most = (ofA + ofB) / 2;
  return most === chance ? 1 : (both - chance) / (most - chance);
}
