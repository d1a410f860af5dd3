import { core, graph, layers } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { classifier, type Encoding, ones, skipLinkAccuracy } from '../support/circularSkipLinks';
import { rings } from '../support/graphs';
import { expectClose, expectNoLeak } from '../support/numeric';

const LAYERS = { gcn: graph.gcn(), gin: graph.gin(), sage: graph.sage(), gat: graph.gat() };
const laplacian: Encoding = (g) => graph.embed.laplacian(g, { dim: 20 });

describe('Benchmarking Graph Neural Networks', () => {
  test.each(Object.keys(LAYERS))(
    '[benchmarking-gnns] %s: the width that is found has within a twentieth of the parameters that are asked for, and none comes nearer',
    (name) => {
      const layer = LAYERS[name as keyof typeof LAYERS];
      const build = (width: number): core.Module => classifier(layer, 20, width, 1);
      let found: graph.probes.BudgetedModel;
      expectNoLeak(() => {
        found = graph.probes.atBudget({ build, budget: 3000, most: 128 });
        found.model.dispose();
      });
      const count = (width: number): number => {
        const model = build(width);
        const sum = [...model.parameters().values()].reduce((all, { variable }) => all + variable.size, 0);
        model.dispose();
        return sum;
      };
      const { width, parameters } = found!;
      expect(Math.abs(parameters - 3000)).toBeLessThan(150);
      expect(parameters).toBe(count(width));
      [width - 1, width + 1].forEach((other) => expect(Math.abs(count(other) - 3000)).toBeGreaterThanOrEqual(Math.abs(parameters - 3000))); // prettier-ignore
    }
  );

  test('[benchmarking-gnns] a budget that no width meets is refused', () => {
    const build = (width: number): core.Module => new layers.Linear({ inputWidth: 1000, outputWidth: width, random: core.Random.fromSeed(1) }); // prettier-ignore
    expectNoLeak(() => {
      expect(() => graph.probes.atBudget({ build, budget: 1500 })).toThrow('graph.probes.atBudget: a width must come within 5 % of 1500 parameters, got 1001'); // prettier-ignore
    });
  });

  test('[benchmarking-gnns] Laplacian encodings are eigenvectors of each graph; another seed moves signs alone', () => {
    const g = rings([5, 4], true);
    const { values, width } = graph.embed.laplacian(g, { dim: 5 });
    const at = (node: number, f: number): number => values[node * width + f];
    // Of a ring of n, 1 - cos(2 pi j / n): twice j 1, twice j 2 (once of four nodes).
    const check = (first: number, size: number, eigenvalues: number[]): void =>
      eigenvalues.forEach((eigenvalue, f) => {
        const own = Array.from({ length: size }, (_, i) => at(first + i, f));
        const image = own.map((value, i) => value - (own[(i + 1) % size] + own[(i + size - 1) % size]) / 2);
        expectClose(image, own.map((value) => eigenvalue * value), 1e-5); // prettier-ignore
        expect(own.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(size, 4);
      });
    const of = (j: number, n: number): number => 1 - Math.cos((2 * Math.PI * j) / n);
    check(0, 5, [of(1, 5), of(1, 5), of(2, 5), of(2, 5)]);
    check(5, 4, [1, 1, 2]);
    // A graph of four has three vectors beside the first.
    expect([5, 6, 7, 8].map((node) => at(node, 4))).toEqual([0, 0, 0, 0]);
    const signs = [1, 2, 3, 4].map((seed) => graph.embed.laplacian(g, { dim: 5, seed }).values);
    signs.forEach((each) => expectClose(each.map(Math.abs), values.map(Math.abs), 1e-6));
    expect(new Set(signs.map((each) => each.map(Math.sign).join())).size).toBeGreaterThan(1);
  });

  test('[benchmarking-gnns] circular skip links at one budget, four seeds: chance without positions, nearly all right with them, and the same numbers again', async () => {
    const run = (layer: graph.GraphLayerSpec, encoding: Encoding, seed: number): number => {
      const { model, width } = graph.probes.atBudget({ build: (size) => classifier(layer, encoding === ones ? 1 : 20, size, seed), budget: 3000, most: 128 }); // prettier-ignore
      model.dispose();
      return skipLinkAccuracy({ layer, encoding, width, copies: 10, steps: encoding === ones ? 5 : 60, seed });
    };
    const options = { rows: { gcn: graph.gcn() }, columns: { none: ones, laplacian }, seeds: [1, 2, 3, 4], run };
    const cells = await graph.probes.grid(options);
    const [none, positions] = cells;
    expect([none.mean, none.deviation]).toEqual([0.25, 0]);
    expect(positions.mean).toBeGreaterThan(0.85);
    const again = await graph.probes.grid({ ...options, columns: { laplacian }, seeds: [1, 2] });
    expect(again[0].values).toEqual(positions.values.slice(0, 2));
  });

  test('[benchmarking-gnns] a cell by hand, and what is refused', async () => {
    const run = (row: number, column: number, seed: number): number => row * column + seed;
    const cells = await graph.probes.grid({ rows: { a: 1, b: 2 }, columns: { x: 10, y: 20 }, seeds: [0, 2, 4], run });
    expect(cells.map(({ row, column, mean }) => [row, column, mean])).toEqual([['a', 'x', 12], ['a', 'y', 22], ['b', 'x', 22], ['b', 'y', 42]]); // prettier-ignore
    expect(cells[0]).toMatchObject({ values: [10, 12, 14], deviation: 2 });
    expect(cells[0].halfWidth).toBeCloseTo((1.96 * 2) / Math.sqrt(3), 12);
    await expect(graph.probes.grid({ rows: { a: 1 }, columns: { x: 1 }, seeds: [1, 1], run })).rejects.toThrow('graph.probes.grid: there must be rows, columns, and two seeds or more, each once'); // prettier-ignore
    await expect(graph.probes.grid({ rows: { a: NaN }, columns: { x: 1 }, seeds: [1, 2], run })).rejects.toThrow('graph.probes.grid: a on x must give a number, got NaN'); // prettier-ignore
  });
});
