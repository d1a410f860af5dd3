import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { dense, drawnGraph, passOn, path } from '../support/graphs';
import { expectClose } from '../support/numeric';

const LENGTH = 14;
const random = core.Random.fromSeed(1);

/** Layers whose ReLUs are all open: weights and inputs above 0. */
function open(layers: number, nu?: number): graph.DRew {
  const layer = new graph.DRew({ inputWidth: 2, outputWidth: 3, layers, nu, random });
  layer.parameters().forEach(({ variable }) => tf.tidy(() => variable.assign(variable.abs().add(0.1))));
  return layer;
}

/** How far the last node of a path hears. */
function radius(layer: core.Module): number {
  return tf.tidy(() => {
    const x = spread([LENGTH, 2]).abs().add(0.1);
    const last = (x: tf.Tensor): tf.Tensor =>
      passOn(path(LENGTH), layer, x)
        .slice([LENGTH - 1, 0], [1, -1])
        .sum();
    const norms = tf.grad(last)(x).abs().sum(1).dataSync();
    return LENGTH - 1 - norms.findIndex((norm) => norm > 0);
  });
}

describe('DRew', () => {
  test('[drew] edges of distance k lead from nodes exactly k steps before, along their direction', () => {
    graph.shells(path(LENGTH), 5).forEach((shell, i) => {
      const wanted = Array.from({ length: LENGTH }, (_, a) => Array.from({ length: LENGTH }, (_, b) => Number(Math.abs(a - b) === i + 1))); // prettier-ignore
      expect(dense(shell)).toEqual(wanted);
    });
    // A ring in one direction: k steps before, and no shorter way back.
    const ring = graph.fromEdges({ numNodes: 5, edges: [0, 1, 2, 3, 4].map((i) => [i, (i + 1) % 5] as const) });
    expect([...graph.shells(ring, 4)[3].sources]).toEqual([1, 2, 3, 4, 0]);
    // Loops and parallel edges add nothing.
    const messy = graph.fromEdges({ numNodes: 2, edges: [[0, 0], [0, 1], [0, 1]] }); // prettier-ignore
    expect(graph.shells(messy, 2).map(({ numEdges }) => numEdges)).toEqual([1, 0]);
  });

  test.each([1, 2, 3, 4])('[drew] %i layers hear L steps far with full delay, L (L + 1) / 2 with none', (layers) => {
    const [late, prompt, halfway] = [open(layers, 1), open(layers), open(layers, 2)];
    expect(radius(late)).toBe(layers);
    expect(radius(prompt)).toBe((layers * (layers + 1)) / 2);
    // State t reaches the furthest of k and what the state k - 2 layers before reaches.
    const reach = [0];
    for (let t = 0; t < layers; t++) {
      reach.push(Math.max(...Array.from({ length: t + 1 }, (_, i) => i + 1 + reach[t - Math.max(i + 1 - 2, 0)])));
    }
    expect(radius(halfway)).toBe(reach[layers]);
    [late, prompt, halfway].forEach((each) => each.dispose());
  });

  test('[drew] a layer is that by hand, with states that are late', () => {
    const g = drawnGraph(9, 0.2, core.Random.fromSeed(3));
    const layer = new graph.DRew({ inputWidth: 4, outputWidth: 3, layers: 2, nu: 1, random });
    tf.tidy(() => {
      const x = spread([9, 4]) as tf.Tensor2D;
      const read = (name: string): tf.Tensor2D => layer.parameters().get(name)!.read() as tf.Tensor2D;
      const through = (name: string, y: tf.Tensor): tf.Tensor => tf.matMul(y as tf.Tensor2D, read(`${name}.weight`));
      const [near, far] = graph.shells(g, 2).map((shell) => tf.tensor2d(dense(shell, graph.symmetricWeights(shell))));
      const first = through('first', x);
      const second = first.add(through('0.1', near.matMul(first as tf.Tensor2D)).relu());
      const heard = through('1.1', near.matMul(second as tf.Tensor2D)).add(through('1.2', far.matMul(first as tf.Tensor2D))); // prettier-ignore
      expectClose(passOn(g, layer, x), second.add(heard.relu()), 1e-5);
    });
    layer.dispose();
  });
});
