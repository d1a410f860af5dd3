import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { passOn, rings } from '../support/graphs';
import { setValue } from '../support/networks';
import { expectClose } from '../support/numeric';

const random = core.Random.fromSeed(6);

/** Linear message layers without the node's own part, so that what an edge does is a matrix. */
function layerOf(radius = 1): graph.Natural {
  const layer = new graph.Natural({ inputWidth: 2, outputWidth: 2, layers: 2, radius, random });
  setValue(layer, 'own.weight', (value) => tf.zerosLike(value));
  return layer;
}

/** Kernel of an edge: the Jacobian of its target by its source. */
function kernel(layer: core.Module, g: graph.Graph, source: number, target: number): number[] {
  return tf.tidy(() => {
    const x = tf.ones([g.numNodes, 2]).mul(0.5);
    return [0, 1].flatMap((f) => {
      const of = (x: tf.Tensor): tf.Tensor => passOn(g, layer, x).slice([target, f], [1, 1]).sum();
      return [...tf.grad(of)(x).slice([source, 0], [1, 2]).dataSync()];
    });
  });
}

describe('[natural-graph-networks] local natural graph network', () => {
  test('[natural-graph-networks] is the sum over edges of what the message network makes of the marked neighbourhood, by hand', () => {
    const layer = new graph.Natural({ inputWidth: 2, outputWidth: 3, layers: 2, hidden: 4, random });
    const g = graph.generators.erdosRenyi({ nodes: 8, probability: 0.35, seed: 5 });
    const message = [0, 1].map((i) => {
      const part = new graph.GCN({ inputWidth: i === 0 ? 4 : 4, outputWidth: i === 0 ? 4 : 3, random });
      ['map.weight', 'bias'].forEach((name) => setValue(part, name, () => layer.parameters().get(`message${i}.${name}`)!.read().clone())); // prettier-ignore
      return part;
    });
    tf.tidy(() => {
      const x = spread([8, 2]) as tf.Tensor2D;
      const wanted = x.matMul(layer.parameters().get('own.weight')!.read() as tf.Tensor2D).arraySync() as number[][];
      const hops = Array.from({ length: 8 }, (_, node) => graph.probes.hopDistances(g, node));
      g.sources.forEach((u, e) => {
        const v = g.targets[e];
        const near = [...hops.keys()].filter((w) => [u, v].some((end) => hops[end][w] === 0 || hops[end][w] === 1));
        const part = graph.subgraph(g, near);
        const marks = tf.tensor2d(near.map((w) => [Number(w === u), Number(w === v)]));
        const given = tf.concat([tf.gather(x, tf.tensor1d(near, 'int32')), marks], 1);
        const said = passOn(part, message[1], passOn(part, message[0], given).relu()).arraySync() as number[][];
        said[near.indexOf(v)].forEach((value, f) => (wanted[v][f] += value));
      });
      expectClose(passOn(g, layer, x), wanted.flat(), 1e-5);
    });
    [layer, ...message].forEach((each) => each.dispose());
  });

  test('[natural-graph-networks] edges of isomorphic neighbourhoods share their kernel, others do not', () => {
    const layer = layerOf();
    // A ring of six and a triangle side by side: all ends have degree 2.
    const g = graph.fromEdges({ numNodes: 9, edges: [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [5, 0], [6, 7], [7, 8], [8, 6]], undirected: true }); // prettier-ignore
    const [first, alike, other] = [kernel(layer, g, 0, 1), kernel(layer, g, 3, 4), kernel(layer, g, 6, 7)];
    expectClose(alike, first, 1e-5);
    expect(Math.max(...first.map((value, i) => Math.abs(value - other[i])))).toBeGreaterThan(1e-3);
    // A graph convolution has one kernel for both.
    const gcn = new graph.GCN({ inputWidth: 2, outputWidth: 2, random });
    expectClose(kernel(gcn, g, 6, 7), kernel(gcn, g, 0, 1), 1e-6);
    [layer, gcn].forEach((each) => each.dispose());
  });

  test('[natural-graph-networks] tells a ring of six from two of three, which colours do not; with radius 0 it does not either', () => {
    const [six, threes] = [rings([6]), rings([3, 3])];
    expect(graph.probes.wlDistinguishes(six, threes)).toBe(false);
    const gap = (radius: number): number => {
      const layer = layerOf(radius);
      const found = tf.tidy(() => passOn(six, layer, tf.ones([6, 2])).sum(0).sub(passOn(threes, layer, tf.ones([6, 2])).sum(0)).abs().max().dataSync()[0]); // prettier-ignore
      layer.dispose();
      return found;
    };
    expect(gap(1)).toBeGreaterThan(1e-2);
    expect(gap(0)).toBeLessThan(1e-5);
  });
});
