import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../support/gradients';
import { drawnGraph, passOn } from '../support/graphs';
import { setValue } from '../support/networks';
import { expectClose } from '../support/numeric';

const random = core.Random.fromSeed(3);
const g = drawnGraph(12, 0.35, random);
const whole = (clusters: readonly number[], K: number): tf.Tensor2D => tf.tensor2d(clusters.map((c) => Array.from({ length: K }, (_, k) => Number(k === c)))); // prettier-ignore

describe('TVGNN', () => {
  test('[tvgnn] a layer is a step down the sum of absolute differences, by its gradient', () => {
    const delta = 0.02;
    const layer = new graph.TotalVariation({ inputWidth: 1, outputWidth: 1, delta, floor: 1e-6, random });
    setValue(layer, 'map.weight', () => tf.eye(1));
    tf.tidy(() => {
      // One channel, above 0: |a - b| is its own L1 distance, and its gradient the sign.
      const x = spread([12, 1]).add(3) as tf.Tensor2D;
      // Each undirected edge is two: their gradient is that of twice the sum over edges once.
      const gradient = tf.grad((x) =>
        graph
          .edgeDifference(x as tf.Tensor2D, x as tf.Tensor2D, g)
          .abs()
          .sum()
      )(x);
      expectClose(passOn(g, layer, x), x.sub(gradient.mul(delta)), 1e-5);
    });
    layer.dispose();
  });

  test('[tvgnn] the variation of a whole assignment is twice its cut, by weight, and its gradient that of finite differences', () => {
    tf.tidy(() => {
      const clusters = Array.from({ length: 12 }, (_, i) => (i * 5) % 3);
      const weighed = graph.fromEdges({ ...g.directedOptions, weights: Float32Array.from(g.sources, (u, e) => 1 + u * g.targets[e]) }); // prettier-ignore
      let cut = 0;
      weighed.sources.forEach((u, e) => (cut += Number(u < weighed.targets[e] && clusters[u] !== clusters[weighed.targets[e]]) * weighed.weightOf(e))); // prettier-ignore
      expect(graph.assignmentVariation(whole(clusters, 3), weighed).dataSync()[0]).toBeCloseTo(2 * cut, 4);
      expectGradients((s) => graph.assignmentVariation(s as tf.Tensor2D, weighed), [spread([12, 3])], 1e-2);
    });
  });

  test('[tvgnn] imbalance is 0 of equal clusters, 1 of one cluster and of equal shares, and between of uneven ones', () => {
    tf.tidy(() => {
      const of = (clusters: readonly number[]): number => graph.assignmentBalance(whole(clusters, 3)).dataSync()[0];
      const even = Array.from({ length: 12 }, (_, i) => i % 3);
      expect(of(even)).toBeCloseTo(0, 6);
      expect(of(even.map(() => 0))).toBeCloseTo(1, 6);
      expect(graph.assignmentBalance(tf.fill([12, 3], 1 / 3)).dataSync()[0]).toBeCloseTo(1, 6);
      // Six, five and one: the first has more ones than a third, so that its quantile is 1 and six nodes fall short; the others' are 0 and 1.
      // Deviations 6 + (7 x 1: the second, quantile 1) + 2 x 1, over 24.
      expect(of([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2])).toBeCloseTo(1 - (6 + 7 + 2) / 24, 6);
      expectGradients((s) => graph.assignmentBalance(s as tf.Tensor2D), [spread([12, 3])], 1e-2);
    });
  });

  test('[tvgnn] imbalance of soft shares by hand: what is above the share of the third of the nodes weighs twice', () => {
    tf.tidy(() => {
      // Of six nodes the quantile that a third is at or above is the third largest share.
      const shares = [[0.9, 0.1, 0], [0.8, 0.1, 0.1], [0.5, 0.2, 0.3], [0.3, 0.6, 0.1], [0.2, 0.7, 0.1], [0.1, 0.1, 0.8]]; // prettier-ignore
      const deviation = [0, 1, 2].reduce((sum, k) => {
        const column = shares.map((row) => row[k]);
        const quantile = [...column].sort((a, b) => b - a)[2];
        return (
          sum + column.reduce((all, value) => all + (value >= quantile ? 2 * (value - quantile) : quantile - value), 0)
        );
      }, 0);
      expectClose(graph.assignmentBalance(tf.tensor2d(shares)), [1 - deviation / (6 * 2)], 1e-6);
    });
  });

  test('[tvgnn] of the two losses together planted blocks are a minimum against every swap of two nodes, softer shares and one cluster; without the second one cluster is the least', () => {
    const sizes = [10, 10, 10];
    const planted = graph.generators.stochasticBlockModel({ sizes, probabilities: sizes.map((_, a) => sizes.map((_unused, b) => (a === b ? 0.7 : 0.05))), seed: 2 }); // prettier-ignore
    const clusters = Array.from(planted.nodeTypes!);
    const parts = (shares: tf.Tensor2D): [number, number] => [
      graph.assignmentVariation(shares, planted).div(planted.numEdges).dataSync()[0],
      graph.assignmentBalance(shares).dataSync()[0]
    ];
    const both = (shares: tf.Tensor2D): number => parts(shares).reduce((a, b) => a + b);
    tf.tidy(() => {
      const least = both(whole(clusters, 3));
      clusters.forEach((a, i) =>
        clusters.slice(0, i).forEach((b, j) => {
          const swapped = clusters.map((c, at) => (at === i ? b : at === j ? a : c));
          expect(a === b || tf.tidy(() => both(whole(swapped, 3))) > least).toBe(true);
        })
      );
      for (const share of [0.2, 0.5, 0.9]) {
        const softer = whole(clusters, 3)
          .mul<tf.Tensor2D>(1 - share)
          .add<tf.Tensor2D>(share / 3);
        expect(both(softer)).toBeGreaterThan(least);
      }
      const one = whole(clusters.map(() => 0), 3); // prettier-ignore
      expect(both(one)).toBeGreaterThan(least);
      expect(parts(one)[0]).toBe(0);
    });
  });
});
