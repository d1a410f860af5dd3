import { core, graph, layers, models, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { passOn, rings } from '../support/graphs';
import { expectClose, expectNoLeak } from '../support/numeric';

const COPIES = 16;
/** A ring of six and two of three: no message passing tells them apart. As one graph of two, and that several times. */
const sizes = [6, 3, 3];
function batch(copies: number): { g: graph.Graph; labels: Int32Array } {
  const all = Array.from({ length: copies }, () => sizes).flat();
  const g = rings(all);
  // Two rings of three are one graph.
  const graphOf = Array.from({ length: 12 * copies }, (_, node) => Math.floor(node / 6));
  return {
    g: graph.fromEdges({ ...g.directedOptions, graphOf, numGraphs: 2 * copies }),
    labels: Int32Array.from({ length: 2 * copies }, (_, i) => i % 2)
  };
}

function network(fraction: number, seed: number): core.Module {
  const random = core.Random.fromSeed(seed);
  const gin = models.graphNetwork({ inputWidth: 16, hidden: 32, outputWidth: 2, layers: 3, layer: graph.gin(), readout: 'mean', seed }); // prettier-ignore
  return new layers.Sequential([
    new graph.RandomNodeFeatures({ inputWidth: 1, outputWidth: 16, fraction, random }),
    gin
  ]);
}

/** Share of right answers after so many steps, by one draw and by the mean of sixteen, on draws that were not trained on. */
function trained(fraction: number, steps: number): { single: number; mean: number } {
  const model = network(fraction, 1);
  const { g, labels } = batch(COPIES);
  const ones = tf.ones([g.numNodes, 1]);
  const optimizer = tf.train.adam(0.01);
  const logitsAt = (draw: number): tf.Tensor2D =>
    passOn(g, model, ones, { training: true, random: core.Random.fromSeed(draw) }) as tf.Tensor2D;
  for (let step = 0; step < steps; step++) {
    optimizer.minimize(() => {
      const picked = logitsAt(1000 + step)
        .logSoftmax()
        .mul(tf.oneHot(tf.tensor1d(labels, 'int32'), 2));
      return picked.sum().neg().div(labels.length) as tf.Scalar;
    });
  }
  const right = (logits: tf.Tensor): number =>
    [...logits.argMax(1).dataSync()].filter((each, i) => each === labels[i]).length / labels.length;
  const result = tf.tidy(() => {
    const all = Array.from({ length: 64 }, (_, draw) => logitsAt(draw));
    const groups = [0, 16, 32, 48].map((from) => tf.addN(all.slice(from, from + 16)));
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    return { single: mean(all.map(right)), mean: mean(groups.map(right)) };
  });
  optimizer.dispose();
  ones.dispose();
  model.dispose();
  return result;
}

describe('random node initialisation', () => {
  test('[rni] without it a ring of six and two of three are one, with it they are not', () => {
    const { g } = batch(1);
    tf.tidy(() => {
      const x = tf.ones([12, 1]);
      const gap = (fraction: number): number => {
        const model = network(fraction, 1);
        const [six, threes] = passOn(g, model, x, { random: core.Random.fromSeed(1) }).arraySync() as number[][];
        model.dispose();
        return Math.max(...six.map((value, i) => Math.abs(value - threes[i])));
      };
      expect(gap(0)).toBeLessThan(1e-5);
      expect(gap(0.5)).toBeGreaterThan(1e-3);
    });
  });

  test('[rni] a graph isomorphism network learns to tell them with random features, and cannot without', () => {
    expect(trained(0, 20)).toEqual({ single: 0.5, mean: 0.5 });
    const { single, mean } = trained(0.75, 200);
    expect(single).toBeGreaterThan(0.7);
    expect(mean).toBeGreaterThan(0.95);
  });

  test('[rni] features are drawn anew in each pass, their share is the fraction, and none leaves the map alone', () => {
    const random = core.Random.fromSeed(1);
    const layer = (fraction: number): graph.RandomNodeFeatures =>
      new graph.RandomNodeFeatures({ inputWidth: 3, outputWidth: 4, fraction, random });
    const [half, none, all] = [layer(0.5), layer(0), layer(1)];
    const x = spread([5, 3]);
    const pass = (of: core.Module, seed: number): number[][] =>
      tf.tidy(() => of.apply(x, core.Context.create({ random: core.Random.fromSeed(seed) })).arraySync() as number[][]);
    const [one, same, other] = [pass(half, 1), pass(half, 1), pass(half, 2)];
    expect(one).toEqual(same);
    one.forEach((row, i) => {
      expect(row.slice(0, 2)).toEqual(other[i].slice(0, 2));
      expect(row.slice(2)).not.toEqual(other[i].slice(2));
    });
    expect(pass(none, 1)).toEqual(pass(none, 2));
    expect(none.parameters().get('map.weight')!.shape).toEqual([3, 4]);
    expect([...all.parameters()]).toEqual([]);
    expectNoLeak(() => pass(half, 1));
    [half, none, all].forEach((each) => each.dispose());
    x.dispose();
    expect(() => layer(2)).toThrow('graph.RandomNodeFeatures: fraction must be a number 0..1, got 2');
  });

  test('[rni] nodes in another order get the same in expectation', () => {
    const model = network(0.5, 1);
    const { g } = batch(1);
    const order = Array.from({ length: 12 }, (_, i) => (i < 6 ? (5 * i + 2) % 6 : 6 + ((i * 5) % 6)));
    const moved = graph.fromEdges({
      numNodes: 12,
      edges: Array.from(g.sources, (source, edge) => [order[source], order[g.targets[edge]]] as const),
      graphOf: g.graphOf
    });
    const mean = (of: graph.Graph, from: number): Float32Array =>
      tf.tidy(() => {
        const x = tf.ones([12, 1]);
        const all = Array.from({ length: 300 }, (_, i) => passOn(of, model, x, { random: core.Random.fromSeed(from + i) })); // prettier-ignore
        return tf.addN(all).div(all.length).dataSync<'float32'>();
      });
    expectClose(mean(moved, 5000), mean(g, 0), 0.1);
    model.dispose();
  });
});
