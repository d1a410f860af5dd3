import { core, graph } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { dense, drawnGraph, rings } from '../support/graphs';

const { embed } = graph;
type Rows = number[][];

/** Column f of step k of the first start, [N] each. */
function step({ values, width }: { values: Float32Array; width: number }, k: number, dim: number): Rows {
  const nodes = values.length / width;
  return Array.from({ length: dim }, (_, f) => Array.from({ length: nodes }, (_unused, i) => values[i * width + k * dim + f])); // prettier-ignore
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((sum, value, i) => sum + value * b[i], 0); // prettier-ignore

describe('random feature propagation', () => {
  test('[rfp] begins with normal features, each step spans the operator times the one before, orthonormal, and starts are of their own', () => {
    const g = drawnGraph(14, 0.35, core.Random.fromSeed(4));
    const dim = 3;
    const made = embed.randomFeaturePropagation(g, { dim, steps: 4, restarts: 2, seed: 1 });
    expect(made.width).toBe(2 * 5 * dim);
    expect(embed.randomFeaturePropagation(g, { dim, steps: 0, seed: 1 }).values).toEqual(Float32Array.from(Array.from({ length: 14 }, (_, i) => step(made, 0, dim).map((column) => column[i])).flat())); // prettier-ignore
    const P = dense(g, graph.symmetricWeights(g));
    for (let k = 1; k <= 4; k++) {
      const [before, now] = [step(made, k - 1, dim), step(made, k, dim)];
      now.forEach((a, i) => now.forEach((b, j) => expect(dot(a, b)).toBeCloseTo(Number(i === j), 5)));
      before.forEach((column) => {
        const image = P.map((row) => dot(row, column));
        const inside = now.reduce((sum, basis) => sum + dot(basis, image) ** 2, 0);
        expect(inside / dot(image, image)).toBeCloseTo(1, 5);
      });
    }
    // The second start is no copy of the first.
    expect(step(made, 5, dim)).not.toEqual(step(made, 0, dim));
  });

  test('[rfp] by step 50 it spans the leading eigenvectors: an angle below 0.01', () => {
    const blocks = graph.generators.stochasticBlockModel({ sizes: [25, 25, 25], probabilities: [[0.5, 0.03, 0.03], [0.03, 0.5, 0.03], [0.03, 0.03, 0.5]], seed: 3 }); // prettier-ignore
    const made = embed.randomFeaturePropagation(blocks, { dim: 3, steps: 50, operator: 'lazy', seed: 2 });
    const { vectors } = graph.probes.laplacianSpectrum(blocks);
    const angle = (k: number): number =>
      Math.max(...[0, 1, 2].map((i) => Math.acos(Math.min(1, Math.sqrt(step(made, k, 3).reduce((sum, basis) => sum + dot(basis, vectors[i]) ** 2, 0)))))); // prettier-ignore
    expect(angle(50)).toBeLessThan(0.01);
    expect(angle(1)).toBeGreaterThan(0.1);
  });

  test('[rfp] a ring of six and two of three are told apart by what the third step holds of what the far node begins with, which no colours tell', () => {
    const [one, two] = [rings([6]), rings([3, 3])];
    expect(graph.probes.wlDistinguishes(one, two)).toBe(false);
    // Mean product of the feature that a node begins with and the third step three nodes on.
    const across = (g: graph.Graph): number => {
      const { values, width } = embed.randomFeaturePropagation(g, { dim: 1, steps: 3, restarts: 200, seed: 5 });
      let sum = 0;
      for (let start = 0; start < 200; start++) {
        for (let i = 0; i < 6; i++) {
          sum += values[i * width + 4 * start] * values[((i + 3) % 6) * width + 4 * start + 3];
        }
      }
      return sum / 1200;
    };
    // Nothing leads from one triangle to the other.
    expect(Math.abs(across(two))).toBeLessThan(0.05);
    expect(across(one)).toBeGreaterThan(0.08);
  });

  test('[rfp] columns without a part of their own are 0, and a width below 1 is refused', () => {
    const single = graph.fromEdges({ numNodes: 2, edges: [[0, 1]], undirected: true });
    const made = embed.randomFeaturePropagation(single, { dim: 3, steps: 1 });
    expect(step(made, 1, 3)[2]).toEqual([0, 0]);
    expect(() => embed.randomFeaturePropagation(single, { dim: 0, steps: 1 })).toThrow('graph.embed.randomFeaturePropagation: dim must be'); // prettier-ignore
  });
});
