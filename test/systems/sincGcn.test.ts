import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { drawnGraph, passOn } from '../support/graphs';
import { setValue } from '../support/networks';
import { expectClose } from '../support/numeric';

const random = core.Random.fromSeed(9);
const g = drawnGraph(14, 0.35, random);

/** Neighbours that lead to a node. */
const near = (of: graph.Graph, node: number): number[] => [
  ...of.incoming.neighbours.subarray(of.incoming.starts[node], of.incoming.starts[node + 1])
];

describe('SINC-GCN', () => {
  test.each([true, false])('[sinc-gcn] a layer is the sum over edges, by hand (context: %s)', (context) => {
    const layer = new graph.Contextual({ inputWidth: 3, outputWidth: 2, hidden: 4, context, random });
    setValue(layer, 'bias', () => spread([4]));
    tf.tidy(() => {
      const x = spread([14, 3]) as tf.Tensor2D;
      const rows = x.arraySync();
      const read = (name: string): number[][] => layer.parameters().get(`${name}.weight`)!.read().arraySync() as number[][]; // prettier-ignore
      const through = (row: number[], matrix: number[][]): number[] =>
        matrix[0].map((_, j) => row.reduce((sum, value, i) => sum + value * matrix[i][j], 0));
      const [Q, K, R] = ['query', 'key', 'last'].map(read);
      const N = context ? read('context') : [0, 1, 2].map(() => [0, 0, 0, 0]);
      const bias = [...spread([4]).dataSync()];
      const wanted = rows.map((own, v) => {
        const neighbours = near(g, v);
        const mean = own.map((_, f) => neighbours.reduce((sum, u) => sum + rows[u][f], 0) / Math.max(1, neighbours.length)); // prettier-ignore
        const messages = neighbours.map((u) => {
          const [q, k, n] = [through(own, Q), through(rows[u], K), through(mean, N)];
          return q.map((value, i) => Math.max(0, value + k[i] + n[i] + bias[i]));
        });
        return through([0, 1, 2, 3].map((i) => messages.reduce((sum, message) => sum + message[i], 0)), R); // prettier-ignore
      });
      expectClose(passOn(g, layer, x), wanted.flat(), 1e-5);
    });
    layer.dispose();
  });

  test('[sinc-gcn] one layer says by how much neighbours exceed the mean of their neighbourhood, which one of pairs cannot', () => {
    // The target: the sum over neighbours of what is above their mean.
    const wanted = (of: graph.Graph, values: number[]): number[] =>
      values.map((_, v) => {
        const heard = near(of, v).map((u) => values[u]);
        const mean = heard.reduce((a, b) => a + b, 0) / Math.max(1, heard.length);
        return heard.reduce((sum, value) => sum + Math.max(0, value - mean), 0);
      });
    const layer = new graph.Contextual({ inputWidth: 1, outputWidth: 1, hidden: 1, random });
    const set = (name: string, value: number): void => setValue(layer, `${name}.weight`, () => tf.tensor2d([[value]]));
    set('query', 0);
    set('key', 1);
    set('context', -1);
    set('last', 1);
    tf.tidy(() => {
      const values = [...spread([14]).dataSync()];
      expectClose(passOn(g, layer, tf.tensor2d(values, [14, 1])), wanted(g, values), 1e-5);
    });
    // What one layer of pairs makes is a sum over edges of a function of the edge's ends. Two stars of one centre value, {0, 2} and {1, 1}, and the two of one leaf twice, {0, 0} and {2, 2}, {1, 1} twice: the multisets
    // {0, 2} + {0, 2} and {0, 0} + {2, 2} have the same sum of any such function, and other targets.
    const star = (leaves: number[]): number => {
      const of = graph.fromEdges({ numNodes: 3, edges: [[1, 0], [2, 0]] }); // prettier-ignore
      return wanted(of, [0, ...leaves])[0];
    };
    expect(2 * star([0, 2])).not.toBe(star([0, 0]) + star([2, 2]));
    const pairs = new graph.Contextual({ inputWidth: 1, outputWidth: 3, hidden: 8, context: false, random });
    const full = new graph.Contextual({ inputWidth: 1, outputWidth: 3, hidden: 8, random });
    const centre = (model: graph.Contextual, leaves: number[]): tf.Tensor =>
      passOn(graph.fromEdges({ numNodes: 3, edges: [[1, 0], [2, 0]] }), model, tf.tensor2d([0, ...leaves], [3, 1])).slice([0, 0], [1, -1]); // prettier-ignore
    const gap = (model: graph.Contextual): number =>
      tf.tidy(() => centre(model, [0, 2]).mul(2).sub(centre(model, [0, 0])).sub(centre(model, [2, 2])).abs().max().dataSync()[0]); // prettier-ignore
    expect(gap(pairs)).toBeLessThan(1e-5);
    expect(gap(full)).toBeGreaterThan(0.05);
    [layer, pairs, full].forEach((each) => each.dispose());
  });
});
