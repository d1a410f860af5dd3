import { core, graph, models, tf } from '@switchyard/kernel-lib';
import { minimise } from './regression';

/** Skips of four classes of circular skip-link graphs of 41 nodes, no two of them alike. */
const SKIPS = [2, 3, 5, 9];

/** So many copies of each class, with nodes in a drawn order, as a batch. */
export function skipLinks(copies: number, seed: number): { g: graph.Graph; labels: number[] } {
  const all = Array.from({ length: copies * SKIPS.length }, (_, i) => {
    const g = graph.generators.circularSkipLink({ nodes: 41, skip: SKIPS[i % SKIPS.length] });
    const order = core.Random.fromSeed(seed)
      .child(i)
      .shuffle(Array.from({ length: 41 }, (_node, node) => node));
    const edges = Array.from(g.sources, (source, e) => [order[source], order[g.targets[e]]] as const);
    return graph.fromEdges({ numNodes: 41, edges });
  });
  return { g: graph.batch(all), labels: all.map((_, i) => i % SKIPS.length) };
}

/** Features of nodes that a network is given. */
export type Encoding = (g: graph.Graph) => { values: Float32Array; width: number };

export const ones: Encoding = (g) => ({ values: new Float32Array(g.numNodes).fill(1), width: 1 });

/** A network of a width with a readout, for an encoding of some width. */
export function classifier(layer: graph.GraphLayerSpec, inputWidth: number, hidden: number, seed: number) {
  return models.graphNetwork({
    inputWidth,
    hidden,
    outputWidth: SKIPS.length,
    layers: 3,
    layer,
    readout: 'mean',
    seed
  });
}

/** Share of other copies that are told right after training. */
export function skipLinkAccuracy(options: {
  layer: graph.GraphLayerSpec;
  encoding: Encoding;
  width: number;
  copies: number;
  steps: number;
  seed: number;
}): number {
  const { layer, encoding, width, copies, steps, seed } = options;
  const [seen, unseen] = [skipLinks(copies, 100 + seed), skipLinks(5, 900 + seed)];
  const features = [seen, unseen].map(({ g }) => encoding(g));
  const x = features.map((each) => tf.tensor2d(each.values, [each.values.length / each.width, each.width]));
  const model = classifier(layer, features[0].width, width, seed);
  const [learning, asked] = [seen, unseen].map(({ g }) => new graph.OnGraph(g, model));
  const classes = tf.oneHot(tf.tensor1d(seen.labels, 'int32'), SKIPS.length);
  minimise(model, (ctx) => learning.apply(x[0], ctx).logSoftmax().mul(classes).sum(1).mean().neg(), { steps, learningRate: 0.03, seed }); // prettier-ignore
  const found = tf.tidy(() => (asked.apply(x[1], core.Context.create()) as tf.Tensor2D).argMax(1).dataSync());
  tf.dispose([x, classes]);
  model.dispose();
  return [...found].filter((each, i) => each === unseen.labels[i]).length / found.length;
}
