import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../support/gradients';
import { drawnGraph, passOn } from '../support/graphs';
import { expectClose, expectNoLeak } from '../support/numeric';

const random = core.Random.fromSeed(5);
const g = drawnGraph(13, 0.4, random);

/** So many nodes that lead to one, in this order. */
const intoOne = (order: readonly number[]): graph.Graph =>
  graph.fromEdges({ numNodes: order.length + 1, edges: order.map((node) => [node + 1, 0] as const) });

describe('[lcm] learnable commutative monoid', () => {
  test('[lcm] the operation commutes to the last bit and is not associative', () => {
    const layer = new graph.LearnedMonoid({ inputWidth: 3, outputWidth: 4, random });
    const ctx = core.Context.create();
    tf.tidy(() => {
      const [a, b, c] = [0, 1, 2].map((i) => spread([5, 4], 7 * i) as tf.Tensor2D);
      const of = (left: tf.Tensor2D, right: tf.Tensor2D): tf.Tensor2D => layer.combine(left, right, ctx);
      expect([...of(a, b).dataSync()]).toEqual([...of(b, a).dataSync()]);
      expect(of(of(a, b), c).sub(of(a, of(b, c))).abs().max().dataSync()[0]).toBeGreaterThan(1e-2); // prettier-ignore
    });
    ctx.dispose();
    layer.dispose();
  });

  test('[lcm] the tree has ceil(log2 d) levels, and one call of the operation each', () => {
    for (const [leaves, levels] of [
      [1, 0],
      [2, 1],
      [3, 2],
      [8, 3],
      [9, 4],
      [64, 6],
      [65, 7]
    ]) {
      let calls = 0;
      tf.tidy(() => {
        const rows = tf.ones([leaves, 1]) as tf.Tensor2D;
        const sum = graph.treeReduce(rows, intoOne([...Array(leaves).keys()]), (left, right) => {
          calls++;
          return left.add(right);
        });
        expect(sum.dataSync()[0]).toBe(leaves);
      });
      expect(calls).toBe(levels);
    }
  });

  test('[lcm] of sums and maxima it is the op for these; of one that does not commute it is that of the edges in their order', () => {
    tf.tidy(() => {
      const rows = spread([g.numEdges, 3]) as tf.Tensor2D;
      expectClose(
        graph.treeReduce(rows, g, (a, b) => a.add(b)),
        graph.edgeScatter(rows, g, 'sum'),
        1e-5
      );
      expectClose(
        graph.treeReduce(rows, g, (a, b) => a.maximum(b)),
        graph.edgeScatter(rows, g, 'max'),
        1e-6
      );
      // Maps x -> a x + b, one after the other.
      const after = (f: tf.Tensor2D, h: tf.Tensor2D): tf.Tensor2D => {
        const [[fa, fb], [ha, hb]] = [tf.split(f, 2, 1), tf.split(h, 2, 1)];
        return tf.concat([fa.mul(ha), ha.mul(fb).add(hb)], 1) as tf.Tensor2D;
      };
      const maps = spread([g.numEdges, 2], 5) as tf.Tensor2D;
      const all = maps.arraySync();
      const wanted = Array.from({ length: 13 }, (_, node) => {
        const own = all.slice(g.incoming.starts[node], g.incoming.starts[node + 1]);
        return own.length === 0 ? [0, 0] : own.slice(1).reduce(([a, b], [c, d]) => [a * c, c * b + d], own[0]);
      });
      expectClose(graph.treeReduce(maps, g, after), wanted.flat(), 1e-5);
    });
    tf.tidy(() => expectGradients((rows) => graph.treeReduce(rows as tf.Tensor2D, g, (a, b) => a.mul(b).add(a).add(b)), [spread([g.numEdges, 2]).mul(0.3)], 1e-2)); // prettier-ignore
    expectNoLeak(() => tf.dispose(tf.tidy(() => graph.treeReduce(tf.ones([g.numEdges, 1]), g, (a, b) => a.add(b)))));
    expect(() => graph.treeReduce(tf.ones([3, 1]), g, (a) => a)).toThrow('graph.treeReduce: expects shape');
  });

  test('[lcm] the layer is the tree of its operation by hand; the order of edges moves it as far as the loss of associativity says', () => {
    const layer = new graph.LearnedMonoid({ inputWidth: 3, outputWidth: 4, associativity: 2, random });
    const x = spread([6, 3]) as tf.Tensor2D;
    const ctx = core.Context.create();
    tf.tidy(() => {
      const read = (name: string): tf.Tensor2D => layer.parameters().get(name)!.read() as tf.Tensor2D;
      const elements = tf.split(x.slice([1, 0], [5, 3]).matMul(read('element.weight')).add(read('element.bias')), 5) as tf.Tensor2D[]; // prettier-ignore
      const of = (a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D => layer.combine(a, b, ctx);
      const [a, b, c, d, e] = elements;
      const wanted = of(of(of(a, b), of(c, d)), e).add(x.slice([0, 0], [1, 3]).matMul(read('own.weight')));
      expectClose(passOn(intoOne([0, 1, 2, 3, 4]), layer, x).slice([0, 0], [1, 4]), wanted, 1e-5);
      const moved = passOn(intoOne([2, 4, 0, 3, 1]), layer, x).slice([0, 0], [1, 4]);
      expect(moved.sub(wanted).abs().max().dataSync()[0]).toBeGreaterThan(1e-3);
      const triples = [[a, b, c], [b, c, d], [c, d, e]]; // prettier-ignore
      const gaps = triples.map(([p, q, r]) =>
        of(of(p, q), r)
          .sub(of(p, of(q, r)))
          .square()
          .mean()
      );
      const pass = core.Context.create({ training: true });
      new graph.OnGraph(intoOne([0, 1, 2, 3, 4]), layer).apply(x, pass);
      const loss = [...pass.losses.values()];
      expect(loss).toHaveLength(1);
      expectClose(loss[0], tf.addN(gaps).mul(2 / 3), 1e-5);
      pass.dispose();
    });
    tf.dispose(x);
    ctx.dispose();
    layer.dispose();
  });
});
