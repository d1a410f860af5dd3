import { core, type graph, nas, tf } from '@switchyard/kernel-lib';
import { nodeTask } from './nodeTask';

const N = 24;
/** Steps of a search and of a training. */
export const STEPS = 80;
/** A ring: each node leads to the next, the last to the first. */
export const ring: graph.GraphData = {
  numNodes: N,
  edges: Array.from({ length: N }, (_, i) => [i, (i + 1) % N] as const)
};
const operations = ['skip', 'filter', 'mean'] as const;
/** A network of five levels to be searched. */
export const makeNetwork = (seed: number): nas.MessageNetwork => nas.messageNetwork({ inputWidth: 4, outputWidth: 2, levels: 5, operations, seed }); // prettier-ignore
export const options = { steps: STEPS, learningRate: 0.05, weightDecay: 0, warmup: 0, schedule: 'constant' } as const;

/** What is to be said of a node is what the node three before it holds. */
export function threeAway(seed: number) {
  const x = core.Random.fromSeed(10 + seed).normal([N, 4]) as tf.Tensor2D;
  const y = tf.tidy((): tf.Tensor2D => {
    const moved = tf.concat([x.slice([N - 3, 0], [3, 4]), x.slice([0, 0], [N - 3, 4])]);
    return tf.matMul(moved, core.Random.fromSeed(50 + seed).normal([4, 2]) as tf.Tensor2D);
  });
  return nodeTask(x, y);
}
