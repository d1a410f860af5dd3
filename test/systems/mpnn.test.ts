import { core, graph, layers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { dense, drawnGraph, passOn, path } from '../support/graphs';
import { expectClose } from '../support/numeric';

const random = core.Random.fromSeed(5);
const g = drawnGraph(9, 0.35, random);
const x = spread([9, 4]) as tf.Tensor2D;
const linear = (name: string, inputWidth: number, outputWidth: number): layers.Linear =>
  new layers.Linear({ inputWidth, outputWidth, random: random.child(name) });
const A = (): tf.Tensor2D => tf.tensor2d(dense(g));

/** Gated graph network: messages are mapped states, the update a GRU. */
function gated(steps: number): core.Module {
  const maps = {
    message: linear('message', 4, 4),
    ...Object.fromEntries(['update', 'reset', 'new'].map((name) => [name, linear(name, 8, 4)]))
  } as Record<string, layers.Linear>;
  return graph.messagePassing({
    steps,
    modules: maps,
    message: ({ nodes }, ctx) => ({ sources: maps.message.apply(nodes, ctx) as tf.Tensor2D }),
    update: (nodes, heard, ctx) => {
      const gate = (name: string): tf.Tensor => tf.sigmoid(maps[name].apply(tf.concat([nodes, heard], 1), ctx));
      const fresh = tf.tanh(maps.new.apply(tf.concat([nodes.mul(gate('reset')), heard], 1), ctx));
      const z = gate('update');
      return nodes.mul(tf.sub(1, z)).add(fresh.mul(z));
    }
  });
}

describe('message passing of functions', () => {
  test('[mpnn] a graph convolution as options is the layer', () => {
    const layer = new graph.GCN({ inputWidth: 4, outputWidth: 3, random });
    const read = (name: string): tf.Tensor => layer.parameters().get(name)!.read();
    const looped = graph.withLoops(g);
    const own = graph.messagePassing({
      message: ({ nodes }) => ({
        sources: nodes.matMul(read('map.weight') as tf.Tensor2D) as tf.Tensor2D,
        weights: graph.symmetricWeights(looped)
      }),
      update: (_, heard) => heard.add(read('bias'))
    });
    tf.tidy(() => expectClose(passOn(looped, own, x), passOn(g, layer, x), 1e-6));
    layer.dispose();
  });

  test('[mpnn] a graph isomorphism layer as options is the layer', () => {
    const layer = new graph.GIN({ inputWidth: 4, outputWidth: 3, epsilon: 0.3, random });
    const read = (name: string): tf.Tensor2D => layer.parameters().get(name)!.read() as tf.Tensor2D;
    const own = graph.messagePassing({
      // Rows of the edges, as one who knows no better would write it.
      message: ({ source }) => source,
      update: (nodes, heard) => {
        const inner = (nodes.mul(1.3).add(heard) as tf.Tensor2D).matMul(read('first.weight')).add(read('first.bias'));
        return (inner.relu() as tf.Tensor2D).matMul(read('second.weight')).add(read('second.bias'));
      }
    });
    tf.tidy(() => expectClose(passOn(g, own, x), passOn(g, layer, x), 1e-6));
    layer.dispose();
  });

  test('[mpnn] a gated graph network of three steps is that by hand', () => {
    const own = gated(3);
    tf.tidy(() => {
      const read = (name: string): tf.Tensor2D => own.parameters().get(name)!.read() as tf.Tensor2D;
      const through = (name: string, y: tf.Tensor): tf.Tensor2D =>
        (y as tf.Tensor2D).matMul(read(`${name}.weight`)).add(read(`${name}.bias`));
      let nodes: tf.Tensor2D = x;
      for (let step = 0; step < 3; step++) {
        const heard = A().matMul(through('message', nodes));
        const [z, r] = ['update', 'reset'].map((name) => through(name, tf.concat([nodes, heard], 1)).sigmoid());
        const fresh = through('new', tf.concat([nodes.mul(r), heard], 1)).tanh();
        nodes = nodes.add(z.mul(fresh.sub(nodes)));
      }
      expectClose(passOn(g, own, x), nodes, 1e-6);
    });
    own.dispose();
  });

  test.each([1, 2, 4])('[mpnn] %i steps hear exactly so many hops', (steps) => {
    const own = gated(steps);
    tf.tidy(() => {
      const last = (y: tf.Tensor): tf.Tensor => passOn(path(8), own, y).slice([7, 0], [1, -1]).sum();
      const norms = tf
        .grad(last)(spread([8, 4]))
        .abs()
        .sum(1)
        .dataSync();
      expect([...norms].map((norm) => norm > 0)).toEqual(Array.from({ length: 8 }, (_, i) => 7 - i <= steps));
    });
    own.dispose();
  });

  test('[mpnn] nodes move with their numbers, and a readout does not', () => {
    const own = gated(2);
    const order = [4, 0, 7, 2, 8, 1, 3, 6, 5];
    const moved = graph.fromEdges({
      numNodes: 9,
      edges: Array.from(g.sources, (source, edge) => [order[source], order[g.targets[edge]]] as const)
    });
    tf.tidy(() => {
      const back = tf.tensor1d(Array.from(order.keys()).map((node) => order.indexOf(node)), 'int32'); // prettier-ignore
      const [one, other] = [passOn(g, own, x), passOn(moved, own, tf.gather(x, back))];
      expectClose(other, tf.gather(one, back), 1e-5);
      (['sum', 'mean', 'max'] as const).forEach((how) =>
        expectClose(graph.readout(other as tf.Tensor2D, moved, how), graph.readout(one as tf.Tensor2D, g, how), 1e-5)
      );
    });
    own.dispose();
  });

  test('[mpnn] what is refused', () => {
    expect(() => graph.messagePassing({ steps: 0 })).toThrow('graph.messagePassing: steps must be an integer of at least 1, got 0'); // prettier-ignore
  });
});
