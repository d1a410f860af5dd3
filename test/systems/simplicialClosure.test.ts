import { core, graph } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const { closureScores, simplicialTriangles } = graph.probes;

/** Groups of two to four of so many nodes. */
function groupsOf(count: number, nodes: number, seed: number): number[][] {
  const next = core.Random.fromSeed(seed).generator();
  return Array.from({ length: count }, () => Array.from({ length: 2 + Math.floor(next() * 3) }, () => Math.floor(next() * nodes))); // prettier-ignore
}

/** Average precision of scores, ties by their place. */
function precision(scores: number[], right: boolean[]): number {
  const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b);
  let [hits, sum] = [0, 0];
  order.forEach((i, rank) => {
    hits += Number(right[i]);
    sum += right[i] ? hits / (rank + 1) : 0;
  });
  return sum / Math.max(1, hits);
}

describe('[simplicial-closure] open and closed triangles', () => {
  test('[simplicial-closure] both are those of a search over all triples, and strengths the counts of groups', () => {
    for (let seed = 0; seed < 5; seed++) {
      const groups = groupsOf(25, 9, seed);
      const { open, closed, strength } = simplicialTriangles(groups);
      const together = (...nodes: number[]): number => groups.filter((group) => nodes.every((node) => group.includes(node))).length; // prettier-ignore
      const wanted = { open: [] as string[], closed: [] as string[] };
      for (let a = 0; a < 9; a++) {
        for (let b = a + 1; b < 9; b++) {
          expect([strength(a, b), strength(b, a)]).toEqual([together(a, b), together(a, b)]);
          for (let c = b + 1; c < 9; c++) {
            if (together(a, b, c) > 0) {
              wanted.closed.push([a, b, c].join());
            } else if (together(a, b) * together(a, c) * together(b, c) > 0) {
              wanted.open.push([a, b, c].join());
            }
          }
        }
      }
      expect({ open: open.map(String).sort(), closed: closed.map(String).sort() }).toEqual({ open: wanted.open.sort(), closed: wanted.closed.sort() }); // prettier-ignore
    }
    expect(() => simplicialTriangles([[0, -1]])).toThrow('graph.probes.simplicialTriangles: nodes must be an integer of at least 0, got -1'); // prettier-ignore
  });

  test('[simplicial-closure] p-means by hand: harmonic, geometric, arithmetic, least and greatest', () => {
    const groups = [[0, 1], [0, 1], [0, 1], [0, 1], [0, 2], [1, 2], [1, 2]]; // prettier-ignore
    const triangles = simplicialTriangles(groups);
    const of = (p: number): number => closureScores(triangles, triangles.open, p)[0];
    expect(triangles.open).toEqual([[0, 1, 2]]);
    expect(of(-1)).toBeCloseTo(3 / (1 / 4 + 1 / 1 + 1 / 2), 10);
    expect(of(0)).toBeCloseTo(2, 10);
    expect(of(1)).toBeCloseTo(7 / 3, 10);
    expect([of(-Infinity), of(Infinity)]).toEqual([1, 4]);
    expect(closureScores(triangles, [[0, 1, 5]])).toEqual([0]);
  });

  test('[simplicial-closure] where triangles of strong ties close, as planted, closure rises with strength, and a mean of ties finds them where paths through others do not', () => {
    const next = core.Random.fromSeed(9).generator();
    // Apart from each other: 150 triangles of ties that all are as strong, of 1 to 5 groups, in a crowd of pairs.
    const groups: number[][] = [];
    const level = Array.from({ length: 150 }, () => 1 + Math.floor(next() * 5));
    level.forEach((strong, t) => {
      for (let i = 0; i < strong; i++) {
        groups.push([3 * t, 3 * t + 1], [3 * t + 1, 3 * t + 2], [3 * t, 3 * t + 2]);
      }
    });
    for (let i = 0; i < 600; i++) {
      groups.push([Math.floor(next() * 450), 450 + Math.floor(next() * 80)]);
    }
    const triangles = simplicialTriangles(groups);
    const planted = triangles.open.filter(([a, , c]) => Math.floor(a / 3) === Math.floor(c / 3) && c < 450);
    expect(planted).toHaveLength(150);
    const closes = planted.map(([a]) => next() < level[a / 3] / 6);
    const strengths = closureScores(triangles, planted);
    const rate = (strong: boolean): number => {
      const own = closes.filter((_, i) => strengths[i] >= 4 === strong);
      return own.filter(Boolean).length / own.length;
    };
    expect(rate(true)).toBeGreaterThan(rate(false) + 0.2);
    // Long-range: paths of three edges between the first two nodes.
    const near = new Map<number, number[]>();
    groups.forEach(([a, b]) => [[a, b], [b, a]].forEach(([x, y]) => near.set(x, [...(near.get(x) ?? []), y]))); // prettier-ignore
    const paths = planted.map(([a, b]) => near.get(a)!.flatMap((m) => near.get(m)!).filter((n) => n >= 450 || n % 3 === 0).flatMap((n) => near.get(n)!.filter((end) => end === b)).length); // prettier-ignore
    const far = paths.map((count, i) => count - strengths[i] ** 3 * 8);
    expect(precision(strengths, closes)).toBeGreaterThan(precision(far, closes) + 0.1);
  });
});
