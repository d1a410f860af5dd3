import { core, graph, models, tf, train } from '@switchyard/kernel-lib';

/** How a network on nodes is trained. */
export interface NodeTraining {
  /** Class of each node. */
  labels: ArrayLike<number>;
  /** Nodes whose classes are learnt; those of `tested` are asked for. */
  known: readonly number[];
  tested: readonly number[];
  steps?: number;
  seed?: number;
  /** Default: graph convolutions. */
  layer?: graph.GraphLayerSpec;
}

/** Class that a network of two layers of width 16 says of each node after training. */
export function predicted(g: graph.Graph, options: NodeTraining): Int32Array {
  const { labels, known, steps = 60, seed = 0, layer = graph.gcn() } = options;
  const classes = Math.max(...Array.from(labels)) + 1;
  const { width } = g.nodeFeatures!;
  const model = models.graphNetwork({ inputWidth: width, hidden: 16, outputWidth: classes, layers: 2, layer, seed });
  const task = train.tasks.nodeClassification({ graph: g, labels, training: known });
  const training = train.stepper(model, task, { steps, learningRate: 0.02, seed, schedule: 'constant', warmup: 0 });
  while (training.steps < steps) {
    training.step();
  }
  training.dispose();
  const x = tf.tensor2d(g.nodeFeatures!.values, [g.numNodes, width]);
  const on = new graph.OnGraph(g, model);
  const found = tf.tidy(() => on.apply(x, core.Context.create()).argMax(1).dataSync<'int32'>());
  [x, on].forEach((each) => each.dispose());
  return found;
}

/** Share of right classes among the nodes that are tested. */
export function accuracyOf(g: graph.Graph, options: NodeTraining): number {
  const found = predicted(g, options);
  return options.tested.filter((node) => found[node] === options.labels[node]).length / options.tested.length;
}
