import { core, graph, models, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { dense, drawnGraph, passOn } from '../support/graphs';
import { setValue } from '../support/networks';
import { expectClose } from '../support/numeric';

const random = core.Random.fromSeed(4);
const g = drawnGraph(10, 0.3, random);
const CHANNELS = ['low-pass', 'high-pass', 'identity'];

function layerOf(): graph.AdaptiveChannels {
  return new graph.AdaptiveChannels({ inputWidth: 4, outputWidth: 4, random });
}

describe('adaptive channel mixing', () => {
  test('[acm-gnn] low-pass, high-pass and identity by hand, mixed by weights of each node that sum to 1', () => {
    const layer = layerOf();
    const routings: core.RoutingRecord[] = [];
    tf.tidy(() => {
      const x = spread([10, 4]) as tf.Tensor2D;
      const read = (name: string): tf.Tensor2D => layer.parameters().get(name)!.read() as tf.Tensor2D;
      const looped = graph.withLoops(g);
      const A = tf.tensor2d(dense(looped, graph.symmetricWeights(looped)));
      const operators = [A, tf.eye(10).sub<tf.Tensor2D>(A), tf.eye(10)];
      const channels = operators.map((operator, i) =>
        operator
          .matMul(x)
          .matMul(read(`${CHANNELS[i]}.weight`))
          .relu()
      );
      const scores = tf.concat(channels.map((each, i) => each.matMul(read(`${CHANNELS[i]} score.weight`)).sigmoid()), 1); // prettier-ignore
      const shares = tf.softmax(scores.matMul(read('mix')).div(3));
      const wanted = tf.addN(channels.map((each, i) => each.mul(shares.slice([0, i], [-1, 1]))));
      const observers = [core.observer('routing', (each) => void routings.push(each))];
      expectClose(passOn(g, layer, x, { observers }), wanted, 1e-5);
      const sums = shares.sum(0).dataSync();
      expectClose(routings[0].importance, sums, 1e-5);
    });
    expect(routings[0].experts).toEqual(CHANNELS);
    const { weights } = routings[0];
    for (let node = 0; node < 10; node++) {
      expect(weights.slice(3 * node, 3 * node + 3).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
    }
    layer.dispose();
  });

  test('[acm-gnn] without the other channels it is a graph convolution', () => {
    const layer = layerOf();
    const gcn = new graph.GCN({ inputWidth: 4, outputWidth: 4, bias: false, random });
    // All weight on the first.
    setValue(layer, 'mix', () => tf.tensor2d([[1000, 0, 0], [1000, 0, 0], [1000, 0, 0]])); // prettier-ignore
    setValue(gcn, 'map.weight', () => layer.parameters().get('low-pass.weight')!.read().clone());
    tf.tidy(() => {
      const x = spread([10, 4]);
      expectClose(passOn(g, layer, x), passOn(g, gcn, x).relu(), 1e-5);
    });
    [layer, gcn].forEach((each) => each.dispose());
  });

  test('[acm-gnn] where the difference to neighbours is the class, high-pass is what tells it, and a graph convolution does not', async () => {
    const size = 240;
    const drawn = drawnGraph(size, 0.05, core.Random.fromSeed(7));
    const values = tf.tidy(() => Array.from(core.Random.fromSeed(8).normal([size, 1]).dataSync()));
    // Neighbours stand on both sides of what a node holds: its sign alone says little of the difference to all of them.
    const own = values.map((value, node) => {
      const { starts, neighbours } = drawn.incoming;
      const near = [...neighbours.subarray(starts[node], starts[node + 1])];
      return [value + (3 * near.reduce((sum, each) => sum + values[each], 0)) / Math.max(1, near.length)];
    });
    const labels = values.map((value) => Number(value > 0));
    const data = graph.fromEdges({ ...drawn.directedOptions, nodeFeatures: own });
    const training = labels.map((_, i) => i % 2 === 0);
    const accuracy = async (layer: graph.GraphLayerSpec): Promise<number> => {
      const task = train.tasks.nodeClassification({ graph: data, labels, training });
      const model = models.graphNetwork({ inputWidth: 1, hidden: 8, outputWidth: 2, layers: 2, layer, seed: 1 });
      await train.fit(model, task, { steps: 150, learningRate: 0.02, seed: 1, progress: false });
      const result = task.measure(model, training.map((is) => !is)).accuracy; // prettier-ignore
      model.dispose();
      return result;
    };
    const [acm, gcn] = [await accuracy(graph.adaptiveChannels()), await accuracy(graph.gcn())];
    expect(acm).toBeGreaterThan(gcn + 0.1);
  });
});
