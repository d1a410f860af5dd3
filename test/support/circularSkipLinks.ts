import { core, graph, models, tf } from '@switchyard/kernel-lib';
import { minimise } from './regression';

/** Skips of four classes of circular skip-link graphs of 41 nodes, no two of them alike. */
const SKIPS: readonly number[] = [2, 3, 5, 9];

/** Skips of the ten classes of the benchmark. */
export const TEN_SKIPS: readonly number[] = [2, 3, 4, 5, 6, 9, 11, 12, 13, 16];

/** So many copies of each class, with nodes in a drawn order, as a batch. */
export function skipLinks(copies: number, seed: number, skips = SKIPS): { g: graph.Graph; labels: number[] } {
  const all = Array.from({ length: copies * skips.length }, (_, i) => {
    const g = graph.generators.circularSkipLink({ nodes: 41, skip: skips[i % skips.length] });
    const order = core.Random.fromSeed(seed)
      .child(i)
      .shuffle(Array.from({ length: 41 }, (_node, node) => node));
    const edges = Array.from(g.sources, (source, e) => [order[source], order[g.targets[e]]] as const);
    return graph.fromEdges({ numNodes: 41, edges });
  });
  return { g: graph.batch(all), labels: all.map((_, i) => i % skips.length) };
}

/** Features of nodes that a network is given, drawn anew by another seed where signs are. */
export type Encoding = (g: graph.Graph, seed?: number) => { values: Float32Array; width: number };

export const ones: Encoding = (g) => ({ values: new Float32Array(g.numNodes).fill(1), width: 1 });

/** A network of a width with a readout, for an encoding of some width. */
export function classifier(
  layer: graph.GraphLayerSpec,
  inputWidth: number,
  hidden: number,
  seed: number,
  classes = SKIPS.length
) {
  return models.graphNetwork({
    inputWidth,
    hidden,
    outputWidth: classes,
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
  skips?: readonly number[];
  /** How many drawings of the features training goes round. Default 1. */
  draws?: number;
}): number {
  const { layer, encoding, width, copies, steps, seed, skips = SKIPS, draws = 1 } = options;
  const [seen, unseen] = [skipLinks(copies, 100 + seed, skips), skipLinks(5, 900 + seed, skips)];
  const features = [...Array.from({ length: draws }, (_, draw) => encoding(seen.g, draw)), encoding(unseen.g, draws)];
  const x = features.map((each) => tf.tensor2d(each.values, [each.values.length / each.width, each.width]));
  const model = classifier(layer, features[0].width, width, seed, skips.length);
  const [learning, asked] = [seen, unseen].map(({ g }) => new graph.OnGraph(g, model));
  const classes = tf.oneHot(tf.tensor1d(seen.labels, 'int32'), skips.length);
  minimise(model, (ctx, step) => learning.apply(x[step % draws], ctx).logSoftmax().mul(classes).sum(1).mean().neg(), { steps, learningRate: 0.03, seed }); // prettier-ignore
  const found = tf.tidy(() => (asked.apply(x[draws], core.Context.create()) as tf.Tensor2D).argMax(1).dataSync());
  tf.dispose([x, classes]);
  model.dispose();
  return [...found].filter((each, i) => each === unseen.labels[i]).length / found.length;
}
