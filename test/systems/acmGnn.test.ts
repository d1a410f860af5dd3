import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { differenceAccuracy } from '../support/differences';
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
    const [acm, gcn] = [
      await differenceAccuracy(graph.adaptiveChannels(), 1),
      await differenceAccuracy(graph.gcn(), 1)
    ];
    expect(acm).toBeGreaterThan(gcn + 0.1);
  });
});
