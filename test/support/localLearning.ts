import { core, graph, tf } from '@switchyard/kernel-lib';
import { minimise } from './regression';
import { accuracyOf } from './trainNodes';

const GRAPH = core.stateKey<graph.Graph>('graph');

/** Accuracy on blocks of 300 nodes, a fifth of them known, of two layers that learn each by itself, and by backpropagation. */
export function localAccuracy(seed: number): { local: number; backpropagated: number } {
  const labels = Array.from({ length: 300 }, (_, node) => Math.floor(node / 100));
  const p = [0, 1, 2].map((a) => [0, 1, 2].map((b) => (a === b ? 0.06 : 0.01)));
  const blocks = graph.generators.stochasticBlockModel({ sizes: [100, 100, 100], probabilities: p, features: { width: 8, signal: 1.5 }, seed: seed + 3 }); // prettier-ignore
  const known = labels.map((_, node) => node).filter((node) => node % 5 === 0);
  const tested = labels.map((_, node) => node).filter((node) => node % 5 !== 0);
  const model = new graph.LayerLocal({ inputWidth: 8, hidden: 16, classes: 3, layers: 2, layer: graph.gcn(), seed: seed + 1 }); // prettier-ignore
  const x = tf.tensor2d(blocks.nodeFeatures!.values, [300, 8]);
  const classes = Int32Array.from(known, (node) => labels[node]);
  minimise(model, (ctx) => {
    ctx.setState(GRAPH, blocks);
    return tf.addN(model.losses(model.states(x, ctx), Int32Array.from(known), classes));
  }, { steps: 30, learningRate: 0.02 }); // prettier-ignore
  const ctx = core.Context.create();
  ctx.setState(GRAPH, blocks);
  const found = tf.tidy(() => model.apply(x, ctx).argMax(1).dataSync());
  ctx.dispose();
  [x, model].forEach((each) => each.dispose());
  return { local: tested.filter((node) => found[node] === labels[node]).length / tested.length, backpropagated: accuracyOf(blocks, { labels, known, tested, seed: seed - 1 }) }; // prettier-ignore
}
