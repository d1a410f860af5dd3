import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../support/gradients';
import { dense, drawnGraph, path } from '../support/graphs';
import { expectClose } from '../support/numeric';

const g = drawnGraph(10, 0.3, core.Random.fromSeed(5));
const line = graph.lineDigraph(g);
const scoresOf = (of: graph.Graph): tf.Tensor1D => spread([graph.lineDigraph(of).numEdges]).mul(3);

describe('GUMP', () => {
  test('[gump] the line digraph leads from each edge to those that leave where it ends, and the square of its size is that of degrees', () => {
    const wanted = Array.from({ length: g.numEdges }, (_, to) => Array.from({ length: g.numEdges }, (_unused, from) => Number(g.targets[from] === g.sources[to]))); // prettier-ignore
    expect(dense(line)).toEqual(wanted);
    const degrees = graph.degrees(g);
    expect(line.numEdges).toBe(degrees.reduce((sum, d) => sum + d * d, 0));
    // One direction: as many as in times out.
    const one = graph.fromEdges({ numNodes: 4, edges: [[0, 1], [2, 1], [1, 3], [1, 1]] }); // prettier-ignore
    expect(graph.lineDigraph(one).numEdges).toBe(3 * 2);
  });

  test('[gump] weights are orthogonal to 1e-6 for any scores, on the edges of the line digraph, and nearest to what they are made of', () => {
    tf.tidy(() => {
      const weights = graph.unitaryWeights(scoresOf(g), g);
      const U = tf.tensor2d(dense(line, weights.dataSync()));
      expectClose(tf.matMul(U, U, false, true), tf.eye(g.numEdges), 1e-6);
      // Polar factor: U^T S is symmetric with no eigenvalue below 0.
      const back = Array.from(g.sources, (u, e) => g.sources.findIndex((s, f) => s === g.targets[e] && g.targets[f] === u)); // prettier-ignore
      const degrees = graph.degrees(g);
      const raw = scoresOf(g).dataSync();
      const S = dense(line, Array.from(line.sources, (a, e) => {
        const d = degrees[g.targets[a]];
        return 2 / d - Number(back[line.targets[e]] === a) + (0.5 / d) * Math.tanh(raw[e]);
      })); // prettier-ignore
      const H = tf.matMul(U, tf.tensor2d(S), true).arraySync() as number[][];
      H.forEach((row, i) => row.forEach((value, j) => expect(value).toBeCloseTo(H[j][i], 5)));
      for (let seed = 0; seed < 10; seed++) {
        const x = tf.tensor2d(core.Random.fromSeed(seed).normal([g.numEdges]).dataSync(), [g.numEdges, 1]);
        expect(tf.matMul(x, tf.matMul(tf.tensor2d(H), x), true).dataSync()[0]).toBeGreaterThan(0);
      }
    });
  });

  test('[gump] another order of the nodes gives the same weights in that order', () => {
    const order = [3, 7, 1, 0, 9, 2, 8, 4, 6, 5];
    const moved = graph.fromEdges({ numNodes: 10, edges: Array.from(g.sources, (u, e) => [order[u], order[g.targets[e]]] as const) }); // prettier-ignore
    const score = (of: graph.Graph, name: (node: number) => number): tf.Tensor1D => {
      const lines = graph.lineDigraph(of);
      const end = (edge: number): number => name(of.sources[edge]) + 3 * name(of.targets[edge]);
      return tf.tensor1d(Array.from(lines.sources, (a, e) => Math.sin(end(a) + 17 * end(lines.targets[e]))));
    };
    tf.tidy(() => {
      const table = (of: graph.Graph, name: (node: number) => number): Map<string, number> => {
        const lines = graph.lineDigraph(of);
        const weights = graph.unitaryWeights(score(of, name), of).dataSync();
        const edge = (e: number): string => `${name(of.sources[e])}-${name(of.targets[e])}`;
        return new Map(Array.from(lines.sources, (a, e) => [`${edge(a)} ${edge(lines.targets[e])}`, weights[e]]));
      };
      const [one, other] = [table(g, (node) => node), table(moved, (node) => order.indexOf(node))];
      expect(other.size).toBe(one.size);
      one.forEach((value, key) => expect(other.get(key)).toBeCloseTo(value, 5));
    });
  });

  test('[gump] over 30 layers on a path what the far end holds arrives with its norm, where convolutions leave less than a millionth', () => {
    const long = path(31);
    const lines = graph.lineDigraph(long);
    tf.tidy(() => {
      const weights = graph.unitaryWeights(tf.zeros([lines.numEdges]), long);
      const looped = graph.withLoops(long);
      const deep = (x: tf.Tensor2D): tf.Tensor2D => {
        let y = x;
        for (let i = 0; i < 29; i++) {
          y = graph.neighbourSum(y, lines, weights);
        }
        return y;
      };
      const convolved = (x: tf.Tensor2D): tf.Tensor2D => {
        let y = x;
        for (let i = 0; i < 30; i++) {
          y = graph.neighbourSum(y, looped, graph.symmetricWeights(looped));
        }
        return y;
      };
      const first = (of: graph.Graph, edge: number): tf.Tensor2D => tf.oneHot(tf.tensor1d([edge], 'int32'), of.numEdges).reshape<tf.Tensor2D>([of.numEdges, 1]).toFloat(); // prettier-ignore
      const leaving = long.sources.findIndex((u, e) => u === 0 && long.targets[e] === 1);
      const arriving = long.sources.findIndex((u, e) => u === 29 && long.targets[e] === 30);
      expect(deep(first(long, leaving)).dataSync()[arriving]).toBeCloseTo(1, 5);
      const node = tf
        .oneHot(tf.tensor1d([0], 'int32'), 31)
        .reshape([31, 1])
        .toFloat() as tf.Tensor2D;
      expect(convolved(node).dataSync()[30]).toBeLessThan(1e-6);
      // Of any scores, no norm is lost: the Jacobian of 30 layers is orthogonal.
      const drawn = graph.unitaryWeights(scoresOf(g), g);
      let y = tf.eye(g.numEdges) as tf.Tensor2D;
      for (let i = 0; i < 30; i++) {
        y = graph.neighbourSum(y, line, drawn);
      }
      expectClose(tf.matMul(y, y, true), tf.eye(g.numEdges), 1e-4);
    });
  });

  test('[gump] scores have the gradient of finite differences; what is no undirected graph is refused', () => {
    const small = graph.fromEdges({ numNodes: 4, edges: [[0, 1], [1, 2], [1, 3], [2, 3], [3, 3]], undirected: true }); // prettier-ignore
    tf.tidy(() => expectGradients((scores) => graph.unitaryWeights(scores as tf.Tensor1D, small), [scoresOf(small)], 1e-2)); // prettier-ignore
    const of = (edges: [number, number][]): tf.Tensor1D => {
      const made = graph.fromEdges({ numNodes: 3, edges });
      return graph.unitaryWeights(tf.zeros([graph.lineDigraph(made).numEdges]), made);
    };
    expect(() => tf.tidy(() => of([[0, 1]]))).toThrow('graph.unitaryWeights: each edge must have its way back, got 0 to 1'); // prettier-ignore
    expect(() => tf.tidy(() => of([[0, 1], [0, 1], [1, 0]]))).toThrow('graph.unitaryWeights: edges must not be parallel (graph.coalesce), got 1 that are'); // prettier-ignore
  });
});
