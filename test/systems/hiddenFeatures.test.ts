import { core, graph } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

type Point = [number, number];

/** Points of a square, thinner to the right where `skew` is above 1. */
function points(count: number, skew: number, seed = 1): Point[] {
  const next = core.Random.fromSeed(seed).generator();
  return Array.from({ length: count }, (): Point => [next() ** skew, next()]);
}

/** Each point leads to its k nearest. */
function nearest(all: Point[], k: number): graph.Graph {
  const edges = all.flatMap(
    ([x, y], u) =>
    all.map(([a, b], v) => ({ v, far: (a - x) ** 2 + (b - y) ** 2 })).filter(({ v }) => v !== u).sort((a, b) => a.far - b.far).slice(0, k).map(({ v }): [number, number] => [u, v]) // prettier-ignore
  );
  return graph.fromEdges({ numNodes: all.length, edges });
}

/** Root mean square by which points differ from found ones after the best motion, reflection and scale, over the diameter. */
function misfit(all: Point[], { values }: graph.Features): number {
  const centred = (rows: number[][]): number[][] => {
    const mean = [0, 1].map((f) => rows.reduce((sum, row) => sum + row[f], 0) / rows.length);
    return rows.map((row) => row.map((value, f) => value - mean[f]));
  };
  const a = centred(all);
  const b = centred(all.map((_, i) => [values[2 * i], values[2 * i + 1]]));
  const size = b.reduce((sum, [x, y]) => sum + x * x + y * y, 0);
  // In the plane the best turn has a closed form; a reflection is tried as well.
  const residual = (rows: number[][]): number => {
    const along = a.reduce((sum, [x, y], i) => sum + x * rows[i][0] + y * rows[i][1], 0);
    const across = a.reduce((sum, [x, y], i) => sum + y * rows[i][0] - x * rows[i][1], 0);
    return a.reduce((sum, [x, y]) => sum + x * x + y * y, 0) - (along ** 2 + across ** 2) / size;
  };
  const best = Math.min(residual(b), residual(b.map(([x, y]) => [x, -y])));
  return Math.sqrt(Math.max(0, best) / all.length) / Math.SQRT2;
}

describe('[hidden-feature-recovery] positions from edges alone', () => {
  test('[hidden-feature-recovery] of a graph of nearest neighbours of points that are thinner on one side: within a tenth of the diameter, and nearer with more points', () => {
    const found = [80, 400].map((count) => {
      const all = points(count, 2.5);
      return misfit(all, graph.embed.recoverPositions(nearest(all, Math.round(3 * Math.sqrt(count) * 0.35)), { dim: 2 })); // prettier-ignore
    });
    expect(found[1]).toBeLessThan(0.1);
    expect(found[1]).toBeLessThan(found[0]);
  });

  test('[hidden-feature-recovery] with edges of one length, as counts of steps have them, dense places are blown up', () => {
    const all = points(300, 2.5);
    const g = nearest(all, 18);
    const [scaled, even] = [true, false].map((scaled) =>
      misfit(all, graph.embed.recoverPositions(g, { dim: 2, scaled }))
    );
    expect(scaled).toBeLessThan(0.75 * even);
  });

  test('[hidden-feature-recovery] edges between the wrong points say nothing', () => {
    const all = points(200, 1);
    const g = nearest(all, 12);
    const targets = core.Random.fromSeed(4).shuffle([...g.targets]);
    const shuffled = graph.fromEdges({ numNodes: 200, edges: Array.from(g.sources, (u, e) => [u, targets[e]] as const).filter(([u, v]) => u !== v) }); // prettier-ignore
    const chance = Math.sqrt(2 / 12) / Math.SQRT2;
    expect(misfit(all, graph.embed.recoverPositions(g, { dim: 2 }))).toBeLessThan(0.1);
    expect(misfit(all, graph.embed.recoverPositions(shuffled, { dim: 2 }))).toBeGreaterThan(0.8 * chance);
  });

  test('[hidden-feature-recovery] an edge is as long as its source reaches, whichever way it is gone along: three nodes by hand', () => {
    const g = graph.fromEdges({ numNodes: 3, edges: [[0, 1], [1, 1], [1, 2], [2, 1]] }); // prettier-ignore
    const { values } = graph.embed.recoverPositions(g, { dim: 1, anchors: 3 });
    // A walk that begins anew in a thousandth of its steps: nothing leads to 0, and from 1 it goes to 2 or stays.
    const [anew, on] = [1e-3 / 3, 0.999];
    const one = (anew * (1 + 2 * on)) / (1 - on / 2 - (on * on) / 2);
    const [reach0, reach1, reach2] = [anew, one, anew + (on * one) / 2].map((share) => share ** (-1 / 3));
    const [far, near] = [Math.abs(values[0] - values[1]), Math.abs(values[1] - values[2])];
    expect(far / near).toBeCloseTo(reach0 / Math.min(reach1, reach2), 3);
  });

  test('[hidden-feature-recovery] a ring comes out as a circle; the order of nodes does not matter to it', () => {
    const g = graph.generators.ring({ nodes: 24 });
    const { values } = graph.embed.recoverPositions(g, { dim: 2, anchors: 24 });
    const radii = Array.from({ length: 24 }, (_, i) => Math.hypot(values[2 * i], values[2 * i + 1]));
    expect(Math.max(...radii) / Math.min(...radii)).toBeLessThan(1.001);
    const far = Array.from({ length: 12 }, (_, i) => Math.hypot(values[2 * i] - values[2 * i + 24], values[2 * i + 1] - values[2 * i + 25])); // prettier-ignore
    expect(Math.max(...far) / Math.min(...far)).toBeLessThan(1.001);
    expect(() => graph.embed.recoverPositions(g, { dim: 30 })).toThrow('graph.embed.recoverPositions: anchors must be an integer 31..24, got 24'); // prettier-ignore
    expect(() => graph.embed.recoverPositions(g, undefined as never)).toThrow('graph.embed.recoverPositions: options must be given'); // prettier-ignore
  });
});
