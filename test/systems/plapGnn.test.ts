import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../support/gradients';
import { drawnGraph } from '../support/graphs';
import { expectClose } from '../support/numeric';

const SIZE = 120;
/** Two blocks with features around -1 and 1, and a quarter as many edges again, injected between them. */
function attacked(seed: number): { g: graph.Graph; x: number[][]; injected: boolean[]; classes: number[] } {
  const block = graph.generators.stochasticBlockModel({ sizes: [60, 60], probabilities: [[0.1, 0.01], [0.01, 0.1]], seed }); // prettier-ignore
  const next = core.Random.fromSeed(seed).generator();
  const clean = Array.from(block.sources, (u, e) => [u, block.targets[e]] as const).filter(([u, v]) => u < v);
  // The attacker knows the nodes and hits a third of them.
  const bad = Array.from({ length: Math.floor(clean.length / 4) }, () => [Math.floor(next() * 20), 60 + Math.floor(next() * 20)] as const); // prettier-ignore
  const g = graph.coalesce(graph.fromEdges({ numNodes: SIZE, edges: [...clean, ...bad], undirected: true }));
  const known = new Set(clean.flatMap(([u, v]) => [`${u} ${v}`, `${v} ${u}`]));
  const classes = Array.from(block.nodeTypes!);
  const noise = core.Random.fromSeed(seed + 50).normal([SIZE, 8]);
  const rows = noise.arraySync() as number[][];
  noise.dispose();
  const x = rows.map((row, i) => row.map((value) => 0.9 * value + (classes[i] === 0 ? -1 : 1)));
  return { g, x, classes, injected: Array.from(g.sources, (u, e) => !known.has(`${u} ${g.targets[e]}`)) };
}

const median = (all: number[]): number => all.sort((a, b) => a - b)[Math.floor(all.length / 2)];

describe('p-Laplacian', () => {
  test("[plapgnn] weights at p = 2 are the graph's, and else half the slope of the p-th power over p by hand", () => {
    const g = graph.fromEdges({ numNodes: 3, edges: [[0, 1], [2, 1], [1, 1]], weights: [2, 3, 5] }); // prettier-ignore
    tf.tidy(() => {
      const x = tf.tensor2d([[0, 0], [3, 4], [3, 5]]); // prettier-ignore
      expectClose(graph.pLaplacianWeights(x, g, { p: 2 }), g.weights!, 1e-6);
      // Distances 5, 1 and 0, which the floor makes 0.5.
      const by = (p: number, distances: number[]): number[] => distances.map((far, e) => g.weights![e] * far ** (p - 2)); // prettier-ignore
      const far = Array.from(g.sources, (u) => [5, 0.5, 1][u]);
      expectClose(graph.pLaplacianWeights(x, g, { p: 1.5, floor: 0.5 }), by(1.5, far), 1e-5);
      expectClose(graph.pLaplacianWeights(x, g, { p: 1, distance: 'l1', floor: 0.5 }), by(1, Array.from(g.sources, (u) => [7, 0.5, 1][u])), 1e-5); // prettier-ignore
      // The p-Laplacian is the gradient: of the sum of |x_u - x_v|^p / p over directed edges, twice of each undirected one.
      const drawn = drawnGraph(8, 0.4, core.Random.fromSeed(1));
      const y = spread([8, 3]) as tf.Tensor2D;
      const energy = (y: tf.Tensor): tf.Tensor => graph.edgeDifference(y as tf.Tensor2D, y as tf.Tensor2D, drawn).square().sum(1).sqrt().pow(1.5).sum().div(1.5); // prettier-ignore
      const weights = graph.pLaplacianWeights(y, drawn, { p: 1.5 });
      const laplacian = y.mul(graph.edgeScatter(weights, drawn, 'sum')).sub(graph.neighbourSum(y, drawn, weights));
      expectClose(tf.grad(energy)(y), laplacian.mul(2), 1e-4);
      expectGradients((y) => graph.pLaplacianWeights(y as tf.Tensor2D, drawn, { p: 1.5 }), [y], 1e-2);
    });
    expect(() => graph.pLaplacianWeights(tf.zeros([3, 2]), g, { p: 0.5 })).toThrow(
      'graph.pLaplacianWeights: p must be'
    );
  });

  test('[plapgnn] injected edges weigh less at their median than clean ones below p = 2, and a convolution by these weights tells the classes of those hit better', () => {
    for (const seed of [1, 2, 3]) {
      const { g, x, injected, classes } = attacked(seed);
      const right = (p: number): number =>
        tf.tidy(() => {
          const rows = tf.tensor2d(x);
          const weights = graph.pLaplacianWeights(rows, g, { p }).dataSync();
          if (p < 2) {
            const of = (which: boolean): number => median([...weights].filter((_, e) => injected[e] === which));
            expect(of(true)).toBeLessThan(of(false));
          }
          const again = graph.fromEdges({ ...g.directedOptions, weights: Float32Array.from(weights) });
          const heard = graph.neighbourSum(rows, again, graph.symmetricWeights(again)).sum(1).dataSync();
          const hit = classes.map((_, i) => i).filter((i) => i % 60 < 20);
          return hit.filter((i) => Number(heard[i] > 0) === classes[i]).length / hit.length;
        });
      expect(right(1)).toBeGreaterThan(right(2) + 0.05);
    }
  });
});
