import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { dense, drawnGraph, passOn, path } from '../support/graphs';
import { expectClose, expectNoLeak } from '../support/numeric';

const random = core.Random.fromSeed(12);
const g = drawnGraph(11, 0.3, random);

/** Weights of two heads whose sum over what enters a node is at most `most` in absolute value. */
function contraction(of: graph.Graph, most: number): tf.Tensor2D {
  const degrees = graph.degrees(of);
  return spread([of.numEdges, 2]).mul(tf.tensor2d(Array.from(of.targets, (v) => [most / degrees[v]])));
}

/** x of `A x = b`, by elimination. */
function solved(matrix: number[][], b: number[]): number[] {
  const rows = matrix.map((row, i) => [...row, b[i]]);
  rows.forEach((_, k) => {
    const pivot = rows.slice(k).reduce((best, row, i) => (Math.abs(row[k]) > Math.abs(rows[best][k]) ? k + i : best), k); // prettier-ignore
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    rows.forEach((row, i) => {
      const by = i === k ? 0 : row[k] / rows[k][k];
      row.forEach((_value, j) => (row[j] -= by * rows[k][j]));
    });
  });
  return rows.map((row, i) => row[b.length] / row[i]);
}

describe('convergent graph solver', () => {
  test('[cgs] other starts come to the same fixed point, which is that of elimination, of each head', () => {
    tf.tidy(() => {
      const x = spread([11, 4]) as tf.Tensor2D;
      const weights = contraction(g, 0.8);
      const z = graph.neighbourSolve(x, g, weights);
      for (const scale of [0, -30, 1000]) {
        expectClose(graph.neighbourSolve(x, g, weights, { start: x.mul<tf.Tensor2D>(scale) }), z, 2e-6);
      }
      const [rows, all] = [x.arraySync(), weights.arraySync()];
      const got = z.arraySync();
      for (let f = 0; f < 4; f++) {
        const A = dense(g, all.map((each) => each[Math.floor(f / 2)])); // prettier-ignore
        const wanted = solved(A.map((row, i) => row.map((value, j) => Number(i === j) - value)), rows.map((row) => row[f])); // prettier-ignore
        expectClose(got.map((row) => row[f]), wanted, 2e-6); // prettier-ignore
      }
    });
  });

  test('[cgs] the implicit gradient is that of all steps unrolled', () => {
    tf.tidy(() => {
      const x = spread([11, 4]) as tf.Tensor2D;
      const weights = contraction(g, 0.6);
      const loss = (z: tf.Tensor): tf.Scalar => z.mul(spread([11, 4], 3)).sum();
      const unrolled = (x: tf.Tensor, weights: tf.Tensor): tf.Scalar => {
        let z = x as tf.Tensor2D;
        for (let step = 0; step < 60; step++) {
          z = graph.neighbourSum(z, g, weights).add<tf.Tensor2D>(x);
        }
        return loss(z);
      };
      const implicit = (x: tf.Tensor, weights: tf.Tensor): tf.Scalar => loss(graph.neighbourSolve(x as tf.Tensor2D, g, weights)); // prettier-ignore
      const [got, wanted] = [tf.grads(implicit)([x, weights]), tf.grads(unrolled)([x, weights])];
      got.forEach((each, i) => expectClose(each, wanted[i], 1e-5));
    });
  });

  test('[cgs] the layer is a contraction whatever its parameters, and hears from one end of a path to the other, where three layers hear three steps', () => {
    const layer = new graph.Convergent({ inputWidth: 2, outputWidth: 4, heads: 2, random });
    layer.parameters().forEach(({ variable }) => tf.tidy(() => variable.assign(variable.mul(50))));
    const reach = (network: core.Module): number[] =>
      tf.tidy(() => {
        const last = (x: tf.Tensor): tf.Tensor => passOn(path(12), network, x).slice([11, 0], [1, -1]).square().sum();
        return [
          ...tf
            .grad(last)(spread([12, 2]))
            .abs()
            .sum(1)
            .dataSync()
        ];
      });
    const gcn = Array.from({ length: 3 }, (_, i) => new graph.GCN({ inputWidth: i === 0 ? 2 : 4, outputWidth: 4, random: random.child(i) })); // prettier-ignore
    const three = graph.messagePassing({
      modules: Object.fromEntries(gcn.map((each, i) => [`${i}`, each])),
      update: (nodes, _heard, ctx) => gcn.reduce<tf.Tensor>((x, each, i) => each.apply(x, ctx.within(`${i}`)), nodes)
    });
    expect(reach(layer).every((value) => value > 0)).toBe(true);
    const near = reach(three);
    expect(near.slice(0, 8).every((value) => value === 0)).toBe(true);
    expect(near.slice(8).every((value) => value > 0)).toBe(true);
    [layer, three].forEach((each) => each.dispose());
  });

  test('[cgs] the layer is the fixed point of its own shares, which sum to the contraction at each node, by elimination', () => {
    const layer = new graph.Convergent({ inputWidth: 2, outputWidth: 2, heads: 1, contraction: 0.7, random });
    tf.tidy(() => {
      const x = spread([11, 2]);
      const nodes = (layer.children.get('map')!.apply(x, core.Context.create()) as tf.Tensor2D).arraySync();
      const [source, target] = ['attendSource', 'attendTarget'].map((name) => [...layer.parameters().get(name)!.read().dataSync()]); // prettier-ignore
      const score = (row: number[], by: number[]): number => row.reduce((sum, value, f) => sum + value * by[f], 0);
      const raw = Array.from(g.sources, (u, e) => Math.exp(Math.tanh(score(nodes[u], source) + score(nodes[g.targets[e]], target)))); // prettier-ignore
      const totals = nodes.map((_, v) => raw.reduce((sum, value, e) => sum + (g.targets[e] === v ? value : 0), 0));
      const A = dense(g, raw.map((value, e) => (0.7 * value) / totals[g.targets[e]])); // prettier-ignore
      const got = (passOn(g, layer, x) as tf.Tensor2D).arraySync();
      [0, 1].forEach((f) => {
        const wanted = solved(A.map((row, i) => row.map((value, j) => Number(i === j) - value)), nodes.map((row) => row[f])); // prettier-ignore
        expectClose(got.map((row) => row[f]), wanted, 1e-5); // prettier-ignore
      });
    });
    layer.dispose();
  });

  test('what does not settle is refused; nothing is left behind', () => {
    const x = spread([11, 4]) as tf.Tensor2D;
    const [good, wild] = [contraction(g, 0.5), tf.tidy(() => tf.ones([g.numEdges]))];
    expect(() => graph.neighbourSolve(x, g, wild, { steps: 20 })).toThrow('graph.neighbourSolve: weights must be a contraction, got one that does not settle in 20 steps'); // prettier-ignore
    expectNoLeak(() => void graph.neighbourSolve(x, g, good), 1);
    expectNoLeak(() => tf.dispose(tf.grads((x, w) => graph.neighbourSolve(x as tf.Tensor2D, g, w).sum())([x, good])));
    tf.dispose([x, good, wild]);
  });
});
