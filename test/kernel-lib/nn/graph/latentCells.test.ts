import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, expectParameterGradients, spread } from '../../../support/gradients';
import { setValue } from '../../../support/networks';
import { expectClose, expectNoLeak } from '../../../support/numeric';
import { expectSaves } from '../../../support/saved';

const random = core.Random.fromSeed(3);
const make = (options: Partial<graph.LatentCellsOptions> = {}): graph.LatentCells =>
  new graph.LatentCells({ inputWidth: 2, hidden: 2, outputWidth: 3, alpha: 2, random, ...options });
/** Of sparsemax, maps to the spaces of edges and cells that change nothing. */
function plain(options: Partial<graph.LatentCellsOptions> = {}): graph.LatentCells {
  const model = make(options);
  ['near', 'spread'].forEach((name) => {
    setValue(model, `${name}.weight`, () => tf.eye(2));
    setValue(model, `${name}.bias`, () => tf.zeros([2]));
  });
  return model;
}
const on = <T>(f: (ctx: core.Context) => T): T => {
  const ctx = core.Context.create();
  const found = f(ctx);
  ctx.dispose();
  return found;
};
const rowsOf = (of: tf.Tensor): number[][] => of.arraySync() as number[][];

/** Two triangles that share a side, the second wider: nodes 0, 1, 2 and 1, 2, 3; node 4 is far from all. */
const POINTS = [[0, 0], [0.5, 0], [0.2, 0.5], [0.8, 0.6], [3, 3]]; // prettier-ignore

/** Projection of scores onto the simplex, by trying each number of them. */
function sparsemax(scores: readonly number[]): number[] {
  const sorted = [...scores].sort((a, b) => b - a);
  let threshold = 0;
  sorted.forEach((_, i) => {
    const rest = (sorted.slice(0, i + 1).reduce((a, b) => a + b, 0) - 1) / (i + 1);
    if (sorted[i] > rest) {
      threshold = rest;
    }
  });
  return scores.map((score) => Math.max(0, score - threshold));
}

describe('latent cells', () => {
  test('by hand: shares of neighbours by squared distances, cells of the skeleton by how near their nodes lie to their mean', () => {
    const model = plain({ maxCycle: 3 });
    tf.tidy(() => on((ctx) => {
      const { edges, skeleton, cells, shares } = model.sample(tf.tensor2d(POINTS), ctx);
      const apart = (a: number, b: number): number => POINTS[a].reduce((sum, value, d) => sum + (value - POINTS[b][d]) ** 2, 0);
      const wanted = POINTS.map((_, i) => sparsemax(POINTS.map((_, j) => (i === j ? -1e9 : -apart(i, j)))));
      expectClose(edges, wanted.flat(), 1e-5);
      const joined = POINTS.flatMap((_, i) => POINTS.map((_, j) => [i, j])).filter(([i, j]) => wanted[i][j] > 0 || wanted[j][i] > 0);
      expect(Array.from(skeleton.sources, (source, e) => [source, skeleton.targets[e]].join()).sort()).toEqual(joined.map((pair) => pair.join()).sort());
      // Node 4 chooses another, and none chooses it.
      expect(wanted.slice(0, 4).every((row) => row[4] === 0)).toBe(true);
      const all = graph.inducedCycles(skeleton, { most: 3 });
      expect(all.length).toBeGreaterThan(1);
      const tight = all.map((cell) => {
        const mean = [0, 1].map((d) => cell.reduce((sum, node) => sum + POINTS[node][d], 0) / cell.length);
        return -cell.reduce((sum, node) => sum + Math.hypot(...POINTS[node].map((value, d) => value - mean[d])) ** 2, 0) / cell.length;
      });
      const held = sparsemax(tight);
      expect(cells).toEqual(all.filter((_, i) => held[i] > 0));
      expectClose(shares, held.filter((share) => share > 0), 1e-5);
    })); // prettier-ignore
    model.dispose();
  });

  test('by hand: what nodes hear along edges by the mean of both shares, and from cells by theirs', () => {
    const model = plain({ maxCycle: 3 });
    tf.tidy(() => on((ctx) => {
      const x = tf.tensor2d(POINTS);
      const { edges, cells, shares } = model.sample(x, ctx);
      const [of, open] = [rowsOf(edges), shares.arraySync()];
      const read = (name: string): tf.Tensor2D => model.parameters().get(name)!.read() as tf.Tensor2D;
      const map = (name: string, rows: tf.Tensor2D): tf.Tensor2D => tf.matMul(rows, read(`${name}.weight`)).add(read(`${name}.bias`));
      const messages = rowsOf(map('edges', x));
      const nodes = rowsOf(map('own', x)).map((row, i) => row.map((value, d) => Math.max(0, value + messages.reduce((sum, each, j) => sum + ((of[i][j] + of[j][i]) / 2) * each[d], 0))));
      const held = cells.map((cell) => rowsOf(map('cells', tf.tensor2d([[0, 1].map((d) => cell.reduce((sum, node) => sum + nodes[node][d], 0) / cell.length)])).relu())[0]);
      const heard = nodes.map((row, node) => row.map((value, d) => {
        const mine = cells.flatMap((cell, c) => (cell.includes(node) ? [c] : []));
        // A cell with an even share counts as one beside them.
        const total = mine.reduce((sum, c) => sum + open[c], 1 / cells.length);
        return value + mine.reduce((sum, c) => sum + open[c] * held[c][d], 0) / total;
      }));
      expect(cells.length).toBeGreaterThan(0);
      expectClose(model.apply(x, ctx), map('out', tf.tensor2d(heard)), 1e-5);
    })); // prettier-ignore
    model.dispose();
  });

  test('nodes in another order give the same in that order; a cell is no longer than it may be', () => {
    const model = make({ hidden: 4, alpha: 1.5 });
    tf.tidy(() => on((ctx) => {
      const x = spread([9, 2]).mul(2);
      const order = tf.tensor1d([3, 8, 0, 1, 5, 7, 2, 4, 6], 'int32');
      expectClose(model.apply(tf.gather(x, order), ctx), tf.gather(model.apply(x, ctx), order), 1e-5);
      // A square alone, whose diagonals are not chosen.
      const square = tf.tensor2d([[0, 0], [0, 2], [2, 2], [2, 0]]);
      const [four, three] = [4, 3].map((maxCycle) => plain({ maxCycle }));
      expect(four.sample(square, ctx).cells.map((cell) => cell.length)).toEqual([4]);
      expect(three.sample(square, ctx).cells).toEqual([]);
      expectClose(four.sample(square, ctx).shares, [1], 1e-6);
      [four, three].forEach((each) => each.dispose());
    })); // prettier-ignore
    model.dispose();
  });

  test('of one node and of two there is no cell, and what comes out is finite', () => {
    const model = make();
    tf.tidy(() => on((ctx) => {
      const read = (name: string): tf.Tensor2D => model.parameters().get(name)!.read() as tf.Tensor2D;
      const one = tf.tensor2d([[0.3, -0.7]]);
      const own = tf.matMul(one, read('own.weight')).add(read('own.bias')).relu();
      expectClose(model.apply(one, ctx), tf.matMul(own as tf.Tensor2D, read('out.weight')).add(read('out.bias')), 1e-6);
      const two = model.sample(spread([2, 2]) as tf.Tensor2D, ctx);
      expectClose(two.edges, [0, 1, 1, 0], 1e-6);
      expect([two.cells, two.skeleton.numEdges]).toEqual([[], 2]);
    })); // prettier-ignore
    model.dispose();
  });

  test('gradients of finite differences, by what nodes hold and of every parameter: both choices are learnt', () => {
    const model = make({ alpha: 1.5, hidden: 3 });
    const x = tf
      .tensor2d(POINTS)
      .add(spread([5, 2]).mul(0.1))
      .mul<tf.Tensor2D>(0.8);
    const run = (rows: tf.Tensor): tf.Tensor => tf.tidy(() => on((ctx) => model.apply(rows, ctx)));
    model
      .parameters()
      .forEach((_, path) => path.endsWith('bias') && setValue(model, path, (old) => spread(old.shape).abs()));
    expectGradients(run, [x], 1e-2);
    // Where a space begins does not matter to what is near in it.
    expectParameterGradients(model, () => run(x).mul(spread([5, 3])).sum().mul(5), { still: ['near.bias', 'spread.bias'] }); // prettier-ignore
    [x, model].forEach((each) => each.dispose());
  });

  test('what is saved computes the same; nothing is left behind; what is refused', () => {
    const x = tf.tensor2d(POINTS);
    const run = (model: graph.LatentCells): tf.Tensor => tf.tidy(() => on((ctx) => model.apply(x, ctx)));
    expectSaves(
      (stream) => make({ random: stream }),
      (model) => tf.tidy(() => run(model).dataSync().slice())
    );
    const model = make();
    expectNoLeak(() => run(model).dispose());
    expectNoLeak(() => make().dispose());
    expect(() => make({ alpha: 1 })).toThrow('graph.LatentCells: alpha must be a number 1.01..2, got 1');
    expect(() => make({ hidden: 0 })).toThrow('graph.LatentCells: hidden must be an integer of at least 1, got 0');
    expect(() => on((ctx) => model.apply(tf.ones([4, 3]), ctx))).toThrow('graph.LatentCells: expects shape [N, 2], got [4, 3]'); // prettier-ignore
    [x, model].forEach((each) => each.dispose());
  });
});
