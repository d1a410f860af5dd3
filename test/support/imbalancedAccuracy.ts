import { core, graph, models, tf, train } from '@switchyard/kernel-lib';
import { minimise } from './regression';

/** Balanced accuracy of convolutions on nodes that are not learnt, of classes so much out of balance. */
export function imbalancedAccuracy(classRatio: number, weighting: 'none' | 'balanced', seed: number): number {
  const g = graph.generators.imbalanced({ nodes: 400, classRatio, homophily: 0.7, degree: 5, features: { width: 8, signal: 1.2 }, seed }); // prettier-ignore
  const labels = g.nodeTypes!;
  const order = core.Random.fromSeed(seed).shuffle([...labels.keys()]);
  // Three in ten of each class are learnt.
  const known = [0, 1, 2].flatMap((type) => order.filter((node) => labels[node] === type)).filter((_, i) => i % 10 < 3);
  const task = train.tasks.nodeClassification({ graph: g, labels, training: known, weighting });
  const model = models.graphNetwork({ inputWidth: 8, hidden: 16, outputWidth: 3, layers: 2, layer: graph.gcn(), seed });
  const batch = task.batch(1, 0);
  minimise(model, (ctx) => task.loss(model, batch, ctx) as tf.Scalar, { steps: 60, learningRate: 0.03, seed });
  const x = tf.tensor2d(g.nodeFeatures!.values, [400, 8]);
  const found = tf.tidy(() => (new graph.OnGraph(g, model).apply(x, core.Context.create()) as tf.Tensor2D).argMax(1).dataSync()); // prettier-ignore
  tf.dispose(x);
  model.dispose();
  const asked = order.filter((node) => !known.includes(node));
  return graph.metrics.balancedAccuracy(asked.map((node) => found[node]), asked.map((node) => labels[node])); // prettier-ignore
}
