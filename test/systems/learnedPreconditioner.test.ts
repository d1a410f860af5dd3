import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { dense } from '../support/graphs';
import { expectClose, expectNoLeak } from '../support/numeric';
import { minimise } from '../support/regression';

const matrixOf = (g: graph.Graph): number[][] =>
  dense(
    g,
    Array.from(g.sources, (_, e) => g.weightOf(e))
  );
const problem = (size: number, seed: number): graph.Graph => graph.generators.poisson({ rows: size, columns: size, contrast: 1, seed }); // prettier-ignore
const rightSide = (n: number): number[] => Array.from({ length: n }, (_, i) => Math.sin(i + 1));

describe('learned preconditioner', () => {
  test('[learned-pcg-preconditioner] the matrix of a Poisson problem: symmetric, rows sum to what joins them to the border', () => {
    const flat = graph.generators.poisson({ rows: 3, columns: 3, contrast: 0 });
    const A = matrixOf(flat);
    expect(A[4]).toEqual([0, -1, 0, -1, 4, -1, 0, -1, 0]);
    expect(A.map((row) => row.reduce((a, b) => a + b, 0))).toEqual([2, 1, 2, 1, 0, 1, 2, 1, 2]);
    const drawn = matrixOf(problem(4, 1));
    drawn.forEach((row, i) => row.forEach((value, j) => expect(value).toBe(drawn[j][i])));
  });

  test('[learned-pcg-preconditioner] conjugate gradients solve it; with the exact factor in one step', () => {
    const g = problem(4, 2);
    const A = matrixOf(g);
    const b = rightSide(16);
    // Cholesky's factor.
    const L = A.map((row) => row.map(() => 0));
    A.forEach((row, i) => {
      for (let j = 0; j <= i; j++) {
        const rest = row[j] - L[i].reduce((sum, value, k) => sum + (k < j ? value * L[j][k] : 0), 0);
        L[i][j] = i === j ? Math.sqrt(rest) : rest / L[j][j];
      }
    });
    const pairs = L.flatMap((row, i) => row.flatMap((value, j) => (j <= i ? [[j, i, value] as const] : [])));
    const factor = graph.fromEdges({ numNodes: 16, edges: pairs.map(([j, i]) => [j, i] as const), weights: pairs.map(([, , value]) => value) }); // prettier-ignore
    for (const preconditioner of ['none', 'jacobi', factor] as const) {
      const { solution, residual, steps } = graph.conjugateGradient(g, b, { preconditioner, tolerance: 1e-6 });
      A.forEach((row, i) => expect(row.reduce((sum, value, j) => sum + value * solution[j], 0)).toBeCloseTo(b[i], 5));
      expect(residual).toBeLessThan(1e-5);
      // The factor's entries are float32.
      expect(steps).toBeLessThanOrEqual(preconditioner === factor ? 2 : 30);
    }
    expect(graph.conjugateGradient(g, new Array<number>(16).fill(0))).toMatchObject({ steps: 0, residual: 0 });
    expect(() => graph.conjugateGradient(g, [1])).toThrow('graph.conjugateGradient: b must be of 16 numbers, got 1');
    expect(() => graph.conjugateGradient(g, b, { preconditioner: g })).toThrow('graph.conjugateGradient: a factor must be lower triangular'); // prettier-ignore
    expect(() => graph.conjugateGradient(g, b, { most: 1 })).toThrow('graph.conjugateGradient: the residual must be reached within 1 steps'); // prettier-ignore
  });

  test('[learned-pcg-preconditioner] whatever was learnt the factor is as sparse as the lower triangle, its diagonal above 0, and the loss that by hand', () => {
    const g = problem(4, 3);
    const A = matrixOf(g);
    const model = new graph.Preconditioner({ hidden: 6, seed: 5 });
    const factor = model.factor(g);
    const L = matrixOf(factor);
    L.forEach((row, i) => row.forEach((value, j) => expect(value !== 0).toBe(j <= i && A[i][j] !== 0)));
    L.forEach((row, i) => expect(row[i]).toBeGreaterThan(0));
    const off = A.flatMap((row, i) => row.map((value, j) => (L[i].reduce((sum, each, k) => sum + each * L[j][k], 0) - value) / Math.sqrt(A[i][i] * A[j][j]))); // prettier-ignore
    const loss = off.reduce((sum, value) => sum + value * value, 0) / 16;
    const value = tf.tidy(() => model.loss(g, core.Context.create()).dataSync()[0]);
    expect(value / loss).toBeCloseTo(1, 4);
    // A matrix four times as large has a factor twice as large.
    const larger = graph.fromEdges({ ...g.directedOptions, weights: Array.from(g.sources, (_, e) => 4 * g.weightOf(e)) }); // prettier-ignore
    expectClose(matrixOf(model.factor(larger)).flat(), L.flat().map((each) => 2 * each), 1e-5); // prettier-ignore
    expectNoLeak(() => void model.factor(g));
    expect(() => model.factor(graph.generators.path({ nodes: 3 }))).toThrow('graph.Preconditioner: the diagonal must be above 0, got 0'); // prettier-ignore
    model.dispose();
  });

  test('[learned-pcg-preconditioner] trained on small problems it needs fewer steps than Jacobi on others, and on one that is four times as large', () => {
    const model = new graph.Preconditioner({ seed: 1 });
    const data = [1, 2, 3].map((seed) => problem(6, 20 + seed));
    minimise(model, (ctx, step) => model.loss(data[step % 3], ctx), { steps: 90, learningRate: 0.01 });
    [[6, 77], [6, 78], [12, 79]].forEach(([size, seed]) => {
      const g = problem(size, seed);
      const b = rightSide(size * size);
      const steps = (preconditioner: 'none' | 'jacobi' | graph.Graph): number => {
        const result = graph.conjugateGradient(g, b, { preconditioner, tolerance: 1e-6 });
        expect(result.residual).toBeLessThan(2e-6);
        return result.steps;
      };
      expect(steps(model.factor(g))).toBeLessThan(0.8 * steps('jacobi'));
    }); // prettier-ignore
    model.dispose();
  });
});
