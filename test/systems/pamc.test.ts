import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../support/gradients';
import { drawnGraph } from '../support/graphs';
import { expectClose, expectNoLeak } from '../support/numeric';

const g = drawnGraph(12, 0.3, core.Random.fromSeed(2));

/** The loss over all pairs of nodes, by hand. */
function exact(rows: number[][], of: graph.Graph, temperature: number): number {
  const unit = rows.map((row) => row.map((value) => value / Math.hypot(...row)));
  const cosine = (a: number, b: number): number => unit[a].reduce((sum, value, f) => sum + value * unit[b][f], 0);
  const all = unit.flatMap((_, a) => unit.map((_u, b) => Math.exp(cosine(a, b) / temperature)));
  const near = Array.from(of.sources, (u, e) => cosine(u, of.targets[e]) / temperature);
  const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  return Math.log(mean(all)) - mean(near);
}

const onehot = (own: number[], count: number): tf.Tensor2D => tf.oneHot(tf.tensor1d(own, 'int32'), count).toFloat() as tf.Tensor2D; // prettier-ignore

describe('[pamc] contrast with meta-nodes', () => {
  test('[pamc] with a cluster for each node it is the loss over all pairs', () => {
    tf.tidy(() => {
      const z = spread([12, 5]) as tf.Tensor2D;
      for (const temperature of [0.1, 0.5, 2]) {
        expectClose(graph.metaNodeContrast(z, g, { assignment: tf.eye(12), temperature }), [exact(z.arraySync(), g, temperature)], 1e-5); // prettier-ignore
      }
    });
  });

  test('[pamc] never above it with clusters of several nodes, and nearer the tighter these are', () => {
    const sizes = [20, 20, 20];
    const blocks = graph.generators.stochasticBlockModel({ sizes, probabilities: [[0.3, 0.02, 0.02], [0.02, 0.3, 0.02], [0.02, 0.02, 0.3]], seed: 3 }); // prettier-ignore
    const own = [...blocks.nodeTypes!];
    const errors = [1, 0.5, 0.2, 0.05].map((noise) =>
      tf.tidy(() => {
        const centres = tf.tensor2d([[2, 0, 0], [0, 2, 0], [0, 0, 2]]); // prettier-ignore
        const z = tf.gather(centres, tf.tensor1d(own, 'int32')).add<tf.Tensor2D>(core.Random.fromSeed(5).normal([60, 3]).mul(noise)); // prettier-ignore
        const near = graph.metaNodeContrast(z, blocks, { assignment: onehot(own, 3) }).dataSync()[0];
        return exact(z.arraySync(), blocks, 0.5) - near;
      })
    );
    errors.forEach((error, i) => {
      expect(error).toBeGreaterThan(-1e-5);
      expect(i === 0 || error < errors[i - 1]).toBe(true);
    });
    expect(errors[3]).toBeLessThan(0.02);
  });

  test('[pamc] a soft assignment by hand: sizes and means by shares; gradients reach embeddings and assignment', () => {
    tf.tidy(() => {
      const edge = graph.fromEdges({ numNodes: 2, edges: [[0, 1]] });
      const z = tf.tensor2d([[1, 0], [0, 1]]); // prettier-ignore
      const assignment = tf.tensor2d([[0.75, 0.25], [0.5, 0.5]]); // prettier-ignore
      const [a, b] = [[0.6, 0.4], [1 / 3, 2 / 3]]; // prettier-ignore
      const dot = (x: number[], y: number[]): number => x[0] * y[0] + x[1] * y[1];
      const wanted = Math.log((1.25 ** 2 * Math.exp(dot(a, a)) + 2 * 1.25 * 0.75 * Math.exp(dot(a, b)) + 0.75 ** 2 * Math.exp(dot(b, b))) / 4); // prettier-ignore
      expectClose(graph.metaNodeContrast(z, edge, { assignment, temperature: 1 }), [wanted], 1e-5);
      expectGradients((z, logits) => graph.metaNodeContrast(z as tf.Tensor2D, g, { assignment: tf.softmax(logits as tf.Tensor2D) }), [spread([12, 4]), spread([12, 3], 9)], 1e-2); // prettier-ignore
    });
    const [z, assignment] = [spread([12, 4]) as tf.Tensor2D, onehot(new Array<number>(12).fill(0), 2)];
    expectNoLeak(() => graph.metaNodeContrast(z, g, { assignment }).dispose());
    expect(Number.isFinite(graph.metaNodeContrast(z, g, { assignment, temperature: 1e-2 }).dataSync()[0])).toBe(true);
    expect(() => graph.metaNodeContrast(z, g, undefined as never)).toThrow('graph.metaNodeContrast: options must be given'); // prettier-ignore
  });
});
