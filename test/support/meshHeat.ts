import { core, graph, models, tf } from '@switchyard/kernel-lib';
import { minimise } from './regression';

/** Fields on a grid, one after the other, and what heat makes of them in a step. */
function heated(count: number, seed: number, mesh: graph.Graph) {
  const all = graph.batch(new Array<graph.Graph>(count).fill(mesh));
  const x = core.Random.fromSeed(seed).normal([all.numNodes, 1]) as tf.Tensor2D;
  return { all, x, y: graph.heatKernel(x, all, { time: tf.tensor1d([1.5]) }) };
}

/** Error after three steps of heat on a grid of 5 x 5 that are rolled out, of attention over two steps and of convolutions of as many parameters. */
export function heatErrors(seed: number): { attention: number; convolutions: number } {
  const mesh = graph.generators.grid({ rows: 5, columns: 5 });
  const [seen, unseen] = [heated(12, 2 * seed - 1, mesh), heated(6, 2 * seed, mesh)];
  const error = (model: core.Module, mask: (g: graph.Graph) => graph.Graph): number => {
    const [learning, asked] = [seen, unseen].map(({ all }) => new graph.OnGraph(mask(all), model));
    minimise(model, (ctx) => learning.apply(seen.x, ctx).sub(seen.y).square().mean(), { steps: 80, learningRate: 0.03 }); // prettier-ignore
    const off = tf.tidy(() => {
      let [said, truth] = [unseen.x, unseen.x];
      for (let step = 0; step < 3; step++) {
        said = asked.apply(said, core.Context.create()) as tf.Tensor2D;
        truth = graph.heatKernel(truth, unseen.all, { time: tf.tensor1d([1.5]) });
      }
      return said.sub(truth).square().mean().sqrt().dataSync()[0];
    });
    model.dispose();
    return off;
  };
  const shape = { inputWidth: 1, outputWidth: 1, seed };
  const attention = models.graphNetwork({ ...shape, hidden: 4, layers: 1, layer: graph.graphTransformer({ heads: 4, combine: 'mean', edgeWidth: 3 }) }); // prettier-ignore
  const count = [...attention.parameters().values()].reduce((sum, { variable }) => sum + variable.size, 0);
  const { model: convolutions } = graph.probes.atBudget({ build: (hidden) => models.graphNetwork({ ...shape, hidden, layers: 2, layer: graph.gcn() }), budget: count, most: 64 }); // prettier-ignore
  const errors = { attention: error(attention, (g) => graph.attentionMask(g, { hops: 2 })), convolutions: error(convolutions, (g) => g) }; // prettier-ignore
  tf.dispose([seen.x, seen.y, unseen.x, unseen.y]);
  return errors;
}
