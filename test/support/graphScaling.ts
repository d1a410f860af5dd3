import { core, graph, models, tf } from '@switchyard/kernel-lib';
import { minimise } from './regression';

const GRAPH = core.stateKey<graph.Graph>('graph');
const drawn = new Map<string, { g: graph.Graph; y: number[] }>();

/** Drawn graphs of 10 to 18 nodes, and of each a property that layers of sums can tell: the mean over nodes of the sine of the degree times the sum of the neighbours' degrees over 8. */
function graphsOf(count: number, from: number) {
  const key = `${count},${from}`;
  const known = drawn.get(key);
  if (known !== undefined) {
    return known;
  }
  const all = Array.from({ length: count }, (_, i) => graph.generators.erdosRenyi({ nodes: 10 + (i % 9), probability: 0.15 + 0.02 * (i % 8), seed: from + i })); // prettier-ignore
  const y = all.map((g) => {
    const degree = graph.degrees(g);
    const near = new Float64Array(g.numNodes);
    g.sources.forEach((source, e) => (near[g.targets[e]] += degree[source]));
    return Array.from(near, (sum, node) => Math.sin((degree[node] * sum) / 8)).reduce((a, b) => a + b, 0) / g.numNodes;
  });
  const made = { g: graph.batch(all), y };
  drawn.set(key, made);
  return made;
}

/** Mean squared error on 60 graphs never seen, over the variance there, of a network of this width that learns from so many graphs. */
export function scaledLoss({
  width,
  count,
  seed,
  steps
}: Record<'width' | 'count' | 'seed' | 'steps', number>): number {
  const model = models.graphNetwork({ inputWidth: 1, hidden: width, outputWidth: 1, layers: 2, layer: graph.gin(), readout: 'mean', seed }); // prettier-ignore
  const [seen, unseen] = [graphsOf(count, 1000 * seed), graphsOf(60, 900_000)];
  const error = ({ g, y }: typeof seen, ctx: core.Context): tf.Scalar => {
    ctx.setState(GRAPH, g);
    return model
      .apply(tf.ones([g.numNodes, 1]), ctx)
      .squeeze([1])
      .sub(tf.tensor1d(y))
      .square()
      .mean() as tf.Scalar;
  };
  minimise(model, (ctx) => error(seen, ctx), { steps, learningRate: 0.01, seed });
  const ctx = core.Context.create();
  const mean = unseen.y.reduce((a, b) => a + b) / unseen.y.length;
  const variance = unseen.y.reduce((sum, value) => sum + (value - mean) ** 2, 0) / unseen.y.length;
  const found = tf.tidy(() => error(unseen, ctx).dataSync()[0]) / variance;
  ctx.dispose();
  model.dispose();
  return found;
}
