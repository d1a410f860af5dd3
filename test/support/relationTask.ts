import { core, type graph, tf } from '@switchyard/kernel-lib';
import { nodeTask } from './nodeTask';

const [N, DEGREE, F] = [24, 4, 3];

/**
 * A graph in which each node has four that lead to it, and values of its nodes that are the sum of what those hold that it hears: those of one kind of edge, which the features of edges say ("given"), or those
 * whose first value has the sign of its own, which they do not say ("learnt").
 */
export function relationTask(seed: number, kind: 'given' | 'learnt') {
  const next = core.Random.fromSeed(seed).child('graph').generator();
  const edges = Array.from({ length: N * DEGREE }, (_, i) => {
    const target = Math.floor(i / DEGREE);
    return [(target + 1 + (i % DEGREE) * 5) % N, target] as const;
  });
  const x = core.Random.fromSeed(seed).child('x').normal([N, F]) as tf.Tensor2D;
  const rows = x.arraySync();
  const isHeard = edges.map(([source, target]) => (kind === 'given' ? next() < 0.5 : rows[source][0] * rows[target][0] > 0)); // prettier-ignore
  const relations = isHeard.map((heard) => (kind === 'learnt' ? [1, 1] : heard ? [1, 0] : [0, 1]));
  const data: graph.GraphData = { numNodes: N, edges, relations };
  const y = tf.tensor2d(
    rows.map((_, node) =>
      Array.from({ length: F }, (_f, f) =>
        edges.reduce((sum, [source, target], e) => sum + (target === node && isHeard[e] ? rows[source][f] : 0), 0)
      )
    )
  );
  return { data, x, sizes: { inputWidth: F, relationWidth: 2, outputWidth: F }, ...nodeTask(x, y) };
}
