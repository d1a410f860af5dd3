import { core, graph, layers, models, tf } from '@switchyard/kernel-lib';
import { passOn, rings } from './graphs';
import { minimise } from './regression';

const COPIES = 16;
/** A ring of six and two of three: no message passing tells them apart. As one graph of two, and that several times. */
const sizes = [6, 3, 3];
export function batch(copies: number): { g: graph.Graph; labels: Int32Array } {
  const all = Array.from({ length: copies }, () => sizes).flat();
  const g = rings(all);
  // Two rings of three are one graph.
  const graphOf = Array.from({ length: 12 * copies }, (_, node) => Math.floor(node / 6));
  return {
    g: graph.fromEdges({ ...g.directedOptions, graphOf, numGraphs: 2 * copies }),
    labels: Int32Array.from({ length: 2 * copies }, (_, i) => i % 2)
  };
}

export function network(fraction: number, seed: number): core.Module {
  const random = core.Random.fromSeed(seed);
  const gin = models.graphNetwork({ inputWidth: 16, hidden: 32, outputWidth: 2, layers: 3, layer: graph.gin(), readout: 'mean', seed }); // prettier-ignore
  return new layers.Sequential([
    new graph.RandomNodeFeatures({ inputWidth: 1, outputWidth: 16, fraction, random }),
    gin
  ]);
}

/** Share of right answers after so many steps, by one draw and by the mean of sixteen, on draws that were not trained on. */
export function trained(fraction: number, steps: number, seed: number): { single: number; mean: number } {
  const model = network(fraction, seed);
  const { g, labels } = batch(COPIES);
  const ones = tf.ones([g.numNodes, 1]);
  const logitsAt = (draw: number): tf.Tensor2D =>
    passOn(g, model, ones, { training: true, random: core.Random.fromSeed(draw) }) as tf.Tensor2D;
  const loss = (_ctx: core.Context, step: number): tf.Tensor => {
    const picked = logitsAt(1000 * seed + step)
      .logSoftmax()
      .mul(tf.oneHot(tf.tensor1d(labels, 'int32'), 2));
    return picked.sum().neg().div(labels.length);
  };
  minimise(model, loss, { steps });
  const right = (logits: tf.Tensor): number =>
    [...logits.argMax(1).dataSync()].filter((each, i) => each === labels[i]).length / labels.length;
  const result = tf.tidy(() => {
    const all = Array.from({ length: 64 }, (_, draw) => logitsAt(draw));
    const groups = [0, 16, 32, 48].map((from) => tf.addN(all.slice(from, from + 16)));
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    return { single: mean(all.map(right)), mean: mean(groups.map(right)) };
  });
  ones.dispose();
  model.dispose();
  return result;
}
