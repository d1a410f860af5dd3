import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../support/gradients';
import { drawnGraph, passOn, path, rings } from '../support/graphs';
import { expectClose, expectNoLeak } from '../support/numeric';

const network = (options: Partial<graph.SubgraphEquivariantOptions> = {}): graph.SubgraphEquivariant =>
  new graph.SubgraphEquivariant({
    inputWidth: 2,
    hidden: 4,
    outputWidth: 3,
    random: core.Random.fromSeed(3),
    ...options
  });

/** Rank of rows, by elimination. */
function rank(rows: number[][]): number {
  const left = rows.map((row) => row.slice());
  let found = 0;
  for (let column = 0; column < left[0].length && found < left.length; column++) {
    const pivot = left.findIndex((row, i) => i >= found && Math.abs(row[column]) > 1e-4);
    if (pivot >= 0) {
      [left[found], left[pivot]] = [left[pivot], left[found]];
      const [top] = left.slice(found, found + 1);
      left.slice(found + 1).forEach((row) => {
        const factor = row[column] / top[column];
        row.forEach((_, at) => (row[at] -= factor * top[at]));
      });
      found++;
    }
  }
  return found;
}

/** Nodes in another order, and the place each has then. */
function moved(g: graph.Graph, order: readonly number[]): graph.Graph {
  return graph.fromEdges({ numNodes: g.numNodes, edges: Array.from(g.sources, (source, e) => [order[source], order[g.targets[e]]] as const) }); // prettier-ignore
}

describe('SPEN', () => {
  test('[spen] pairs of a batch, and their places', () => {
    const pairs = graph.nodePairs(graph.batch([path(2), path(1), path(3)]));
    expect([...pairs.first]).toEqual([0, 0, 1, 1, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5]);
    expect([...pairs.second]).toEqual([0, 1, 0, 1, 2, 3, 4, 5, 3, 4, 5, 3, 4, 5]);
    expect([...pairs.reversed]).toEqual([0, 2, 1, 3, 4, 5, 8, 11, 6, 9, 12, 7, 10, 13]);
    expect([...pairs.own]).toEqual([0, 3, 4, 5, 9, 13]);
    expect([...pairs.sizes]).toEqual([2, 1, 3]);
    expect(pairs.at(4, 5)).toBe(10);
  });

  test('[spen] the fifteen maps commute with every order of nodes, and no two of them are the same', () => {
    const n = 4;
    const pairs = graph.nodePairs(path(n));
    tf.tidy(() => {
      // Rows: each map as a matrix, by the pairs that hold 1.
      const units = Array.from({ length: n * n }, (_, at) => graph.pairBasis(tf.oneHot(tf.tensor1d([at], 'int32'), n * n).toFloat().reshape([n * n, 1]), pairs).arraySync()); // prettier-ignore
      const maps = Array.from({ length: 15 }, (_, map) => units.flatMap((rows) => rows.map((row) => row[map])));
      expect(rank(maps)).toBe(15);
      const x = spread([n * n, 2]) as tf.Tensor2D;
      const order = [2, 0, 3, 1];
      const places = tf.tensor1d(Array.from(pairs.first, (i, at) => pairs.at(order[i], order[pairs.second[at]])), 'int32'); // prettier-ignore
      expectClose(graph.pairBasis(tf.gather(x, places), pairs), tf.gather(graph.pairBasis(x, pairs), places), 1e-6);
      // By hand: of pair (1, 2) the mean of what node 1 has with all, and of what all have with node 2.
      const rows = x.arraySync();
      const at = graph.pairBasis(x, pairs).arraySync()[pairs.at(1, 2)];
      const mean = (of: number[]): number => of.reduce((sum, place) => sum + rows[place][0], 0) / of.length;
      const all = [0, 1, 2, 3];
      expect(at[2 * 1]).toBeCloseTo(rows[pairs.at(2, 1)][0], 6);
      expect(at[2 * 2]).toBeCloseTo(mean(all.map((j) => pairs.at(1, j))), 6);
      expect(at[2 * 6]).toBeCloseTo(mean(all.map((i) => pairs.at(i, 2))), 6);
      expect(at[2 * 9]).toBeCloseTo(rows[pairs.at(2, 2)][0], 6);
      expect(at[2 * 11]).toBeCloseTo(mean(rows.map((_, place) => place)), 6);
      expect([4, 7, 10, 13, 14].map((map) => Math.abs(at[2 * map]))).toEqual([0, 0, 0, 0, 0]);
      expect(() => graph.pairBasis(tf.ones([3, 2]), pairs)).toThrow(
        'graph.pairBasis: expects shape [16, C], got [3, 2]'
      );
    });
  });

  test('[spen] nodes in another order give the same in that order; what comes in has gradients', () => {
    const g = drawnGraph(8, 0.3, core.Random.fromSeed(2));
    const order = [3, 0, 7, 1, 6, 2, 5, 4];
    const model = network();
    const x = spread([8, 2]);
    tf.tidy(() => {
      const back = tf.tensor1d(order.map((_, i) => order.indexOf(i)), 'int32'); // prettier-ignore
      const after = passOn(moved(g, order), model, tf.gather(x, back));
      expectClose(tf.gather(after, tf.tensor1d(order, 'int32')), passOn(g, model, x), 1e-5);
      // Direction, weights and the centre count.
      const edges: [number, number][] = [[0, 1], [1, 2]]; // prettier-ignore
      const of = (options: Partial<graph.GraphOptions>): number[] => [...passOn(graph.fromEdges({ numNodes: 3, edges, ...options }), model, tf.ones([3, 2])).dataSync()]; // prettier-ignore
      const [plain, turned, heavy] = [of({}), of({ edges: edges.map(([a, b]) => [b, a] as const) }), of({ weights: [2, 2] })]; // prettier-ignore
      expect(plain.slice(3, 6)).not.toEqual(plain.slice(0, 3));
      [turned, heavy].forEach((other) => expect(Math.max(...other.map((value, i) => Math.abs(value - plain[i])))).toBeGreaterThan(1e-3)); // prettier-ignore
      // Of a triangle the ego networks are the same, and so is what its nodes are.
      const [a, b] = passOn(rings([3]), model, tf.ones([3, 2])).arraySync() as number[][];
      expectClose(a, b, 1e-6);
    });
    expectGradients((rows) => passOn(g, model, rows), [x], 1e-2);
    expectNoLeak(() => passOn(g, model, x).dispose());
    [x, model].forEach((each) => each.dispose());
    expect(() => network({ radius: -1 })).toThrow('graph.SubgraphEquivariant: radius must be an integer of at least 0, got -1'); // prettier-ignore
  });

  test('[spen] a ring of six and two of three differ where GIN says the same; without edges among neighbours they do not', () => {
    const [one, two] = [rings([6]), rings([3, 3])];
    const gap = (module: core.Module, of = [one, two]): number => tf.tidy(() => {
      const [a, b] = of.map((g) => passOn(g, module, tf.ones([6, 2])).sum(0));
      return a.sub(b).abs().max().dataSync()[0];
    }); // prettier-ignore
    const model = network();
    const gin = new graph.GIN({ inputWidth: 2, outputWidth: 3, random: core.Random.fromSeed(3) });
    expect(gap(model)).toBeGreaterThan(0.01);
    expect(gap(gin)).toBeLessThan(1e-5);
    // Networks of radius 0 are nodes alone.
    expect(gap(network({ radius: 0 }))).toBeLessThan(1e-5);
    [model, gin].forEach((each) => each.dispose());
  });

  test('[spen] rows are the sum of the squares of the networks, below those of all pairs on sparse graphs', () => {
    const model = network();
    const g = drawnGraph(200, 0.015, core.Random.fromSeed(6));
    const sizes = Array.from(graph.degrees(g), (degree) => degree + 1);
    expect(model.numPairs(g)).toBe(sizes.reduce((sum, size) => sum + size * size, 0));
    expect(model.numPairs(g)).toBeLessThan((200 * 200) / 5);
    expect(model.numPairs(rings([40]))).toBe(360);
    expect(network({ radius: 2 }).numPairs(rings([40]))).toBe(1000);
    model.dispose();
  });
});
