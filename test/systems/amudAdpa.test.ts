import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { dense, passOn } from '../support/graphs';
import { setValue } from '../support/networks';
import { expectClose } from '../support/numeric';

/** Blocks in a ring: nodes lead to nodes of the next block with one probability, to others with another. */
function cyclic(
  size: number,
  [next, other]: [number, number],
  seed: number,
  undirected = false
): { g: graph.Graph; classes: number[] } {
  const draw = core.Random.fromSeed(seed).generator();
  const classes = Array.from({ length: 3 * size }, (_, v) => v % 3);
  const edges = classes.flatMap((own, u) => classes.flatMap((to, v): [number, number][] => (u !== v && draw() < (to === (own + 1) % 3 ? next : other) ? [[u, v]] : []))); // prettier-ignore
  return { g: graph.fromEdges({ numNodes: 3 * size, edges, undirected }), classes };
}

type Matrix = number[][];
const times = (a: Matrix, b: Matrix): Matrix => a.map((row) => b[0].map((_, j) => row.reduce((sum, value, k) => sum + value * b[k][j], 0))); // prettier-ignore
const turned = (a: Matrix): Matrix => a[0].map((_, j) => a.map((row) => row[j]));

describe('[amud-adpa] directions of edges', () => {
  test('[amud-adpa] correlations equal those of all pairs, from products of matrices', () => {
    const { g, classes } = cyclic(4, [0.4, 0.2], 3);
    // Row by source.
    const A = turned(dense(g));
    const ways: Record<string, Matrix> = { A, "A'": turned(A) };
    graph.probes.amud(g, classes).correlations.forEach(({ pattern, r }) => {
      const [first, second] = pattern.split(' ');
      const joined = times(ways[first], ways[second]);
      const pairs = classes.flatMap((_, i) => classes.flatMap((_c, j) => (i === j ? [] : [[Number(joined[i][j] > 0), Number(classes[i] === classes[j])]]))); // prettier-ignore
      const mean = (k: number): number => pairs.reduce((sum, pair) => sum + pair[k], 0) / pairs.length;
      const covariance = (a: number, b: number): number => pairs.reduce((sum, pair) => sum + (pair[a] - mean(a)) * (pair[b] - mean(b)), 0); // prettier-ignore
      expect(r).toBeCloseTo(covariance(0, 1) / Math.sqrt(covariance(0, 0) * covariance(1, 1)), 10);
    });
    expect(() => graph.probes.amud(g, [0])).toThrow('graph.probes.amud: there must be a class for each of the 12 nodes, got 1'); // prettier-ignore
  });

  test('[amud-adpa] it says directed where classes follow each other in a ring, and undirected where every edge has its way back, whatever they know', () => {
    for (const seed of [1, 2, 3]) {
      const { g, classes } = cyclic(30, [0.1, 0.005], seed);
      const directed = graph.probes.amud(g, classes);
      expect(directed.directed).toBe(true);
      const [along, , common] = directed.correlations;
      expect(common.r).toBeGreaterThan(0.3);
      expect(along.r).toBeLessThan(0);
      const both = cyclic(30, [0.1, 0.005], seed, true);
      const symmetric = graph.probes.amud(both.g, both.classes);
      expect([symmetric.score, symmetric.directed]).toEqual([0, false]);
    }
  });

  test('[amud-adpa] patterns of order 2 are 2 + 4, and the layer is their mixture by hand', () => {
    const { g } = cyclic(3, [0.6, 0.2], 5);
    const layer = new graph.DirectedPatterns({ inputWidth: 3, outputWidth: 4, order: 2, steps: 2, random: core.Random.fromSeed(8) }); // prettier-ignore
    expect(layer.patterns).toEqual(['A', "A'", 'A A', "A' A", "A A'", "A' A'"]);
    const routings: core.RoutingRecord[] = [];
    tf.tidy(() => {
      const x = spread([9, 3]) as tf.Tensor2D;
      const read = (name: string): tf.Tensor2D => layer.parameters().get(name)!.read() as tf.Tensor2D;
      const A = dense(g, graph.balancedWeights(g));
      const matrix: Record<string, Matrix> = { A, "A'": turned(A) };
      const ops = layer.patterns.map((pattern) => tf.tensor2d(pattern.split(' ').map((each) => matrix[each]).reduce(times))); // prettier-ignore
      const mix = (kinds: tf.Tensor[], scores: tf.Tensor2D): tf.Tensor2D => {
        const logits = tf.stack(
          kinds.map((kind, i) =>
            kind
              .mul(scores.slice([i, 0], [1, 4]))
              .tanh()
              .sum(1)
          ),
          1
        );
        const shares = tf.split(tf.softmax(logits), kinds.length, 1);
        return tf.addN(kinds.map((kind, i) => kind.mul(shares[i]))) as tf.Tensor2D;
      };
      const states = [x.matMul(read('map.weight')).add(read('map.bias')) as tf.Tensor2D];
      for (let step = 0; step < 2; step++) {
        states.push(mix(ops.map((op) => op.matMul(states[step])), read('patternScores'))); // prettier-ignore
      }
      const observers = [core.observer('routing', (each) => void routings.push(each))];
      expectClose(passOn(g, layer, x, { observers }), mix(states, read('stepScores')), 1e-5);
    });
    expect(routings.map(({ numExperts }) => numExperts)).toEqual([6, 6, 3]);
    layer.dispose();
  });

  test('[amud-adpa] common targets tell classes that a step along the edges mixes up', () => {
    const { g } = cyclic(30, [0.15, 0.005], 4);
    const layer = new graph.DirectedPatterns({ inputWidth: 3, outputWidth: 3, order: 2, steps: 1, random: core.Random.fromSeed(8) }); // prettier-ignore
    const identity = (name: string): void => setValue(layer, name, () => tf.eye(3));
    identity('map.weight');
    // All of the step, and of one pattern.
    setValue(layer, 'stepScores', () => tf.tensor2d([[-1e3, -1e3, -1e3], [1e3, 1e3, 1e3]])); // prettier-ignore
    const accuracy = (pattern: string): number => {
      setValue(layer, 'patternScores', () => tf.tensor2d(layer.patterns.map((each) => new Array<number>(3).fill(each === pattern ? 1e3 : -1e3)))); // prettier-ignore
      // A third of the labels is known.
      const known = tf.tidy(() => tf.oneHot(tf.tensor1d(Array.from({ length: 90 }, (_, v) => v % 3), 'int32'), 3).toFloat().mul(tf.tensor2d(Array.from({ length: 90 }, (_, v) => [Number(v < 30)])))); // prettier-ignore
      const said = tf.tidy(() => [...passOn(g, layer, known).argMax(1).dataSync()]);
      known.dispose();
      return said.filter((value, v) => v >= 30 && value === v % 3).length / 60;
    };
    expect(accuracy("A A'")).toBeGreaterThan(0.8);
    expect(accuracy('A A')).toBeLessThan(0.3);
    layer.dispose();
  });
});
