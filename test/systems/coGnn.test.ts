import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { drawnGraph, passOn } from '../support/graphs';
import { setValue } from '../support/networks';
import { expectClose } from '../support/numeric';

const random = core.Random.fromSeed(2);
const ACTIONS = ['standard', 'listen', 'broadcast', 'isolate'];

/** Every pair of eight nodes, loops aside; two nodes for each action. */
const all = graph.fromEdges({
  numNodes: 8,
  edges: Array.from({ length: 64 }, (_, i) => [i >> 3, i & 7] as const).filter(([a, b]) => a !== b)
});

/** Nodes take the action that their first four features say; the fifth is what they have to say. */
function told(environment: graph.GraphLayerSpec): graph.Cooperative {
  const layer = new graph.Cooperative({ inputWidth: 5, outputWidth: 2, environment, random });
  setValue(layer, 'action.neighbours.weight', (value) => tf.zerosLike(value));
  setValue(layer, 'action.own.weight', () => tf.eye(5, 4).mul(50));
  return layer;
}
const actionOf = (node: number): number => node >> 1;
const said = (payload: number[]): tf.Tensor2D =>
  tf.tensor2d(payload.map((value, node) => [...ACTIONS.map((_, a) => Number(a === actionOf(node))), value]));

describe('cooperative graph networks', () => {
  test.each([
    ['sums', graph.gin()],
    ['means', graph.sage()],
    ['weighted sums', graph.gcn({ loops: false })]
  ])('[co-gnn] all-standard is the environment itself, %s', (_, environment) => {
    const g = drawnGraph(12, 0.3, random);
    const layer = new graph.Cooperative({ inputWidth: 5, outputWidth: 4, environment, random });
    tf.tidy(() => {
      const x = spread([12, 5]);
      const base = [...layer.children.values()][0];
      setValue(layer, 'action.neighbours.bias', () => tf.tensor1d([1e4, 0, 0, 0]));
      expect([...passOn(g, layer, x, { training: true, random }).dataSync()]).toEqual([
        ...passOn(g, base, x).dataSync()
      ]);
      // And nobody hears anybody where all isolate.
      setValue(layer, 'action.neighbours.bias', () => tf.tensor1d([0, 0, 0, 1e4]));
      const alone = graph.fromEdges({ numNodes: 12, edges: [] });
      expectClose(passOn(g, layer, x), passOn(alone, base, x), 1e-6);
    });
    layer.dispose();
  });

  test.each([
    ['sums', graph.gin({ hidden: 6 })],
    ['means', graph.sage()]
  ])('[co-gnn] an edge u -> v is there where u broadcasts and v listens, and nowhere else, %s', (_, environment) => {
    const layer = told(environment);
    const edges: core.EdgesRecord[] = [];
    const routings: core.RoutingRecord[] = [];
    const observers = [core.observer('edges', (each) => void edges.push(each)), core.observer('routing', (each) => void routings.push(each))]; // prettier-ignore
    tf.tidy(() => {
      const payload = Array.from({ length: 8 }, (_, i) => 0.3 + i / 5);
      const before = passOn(all, layer, said(payload), { observers }).arraySync() as number[][];
      for (let u = 0; u < 8; u++) {
        const moved = payload.map((value, node) => (node === u ? value + 3 : value));
        const after = passOn(all, layer, said(moved)).arraySync() as number[][];
        const heard = before.map((row, v) => row.some((value, i) => Math.abs(value - after[v][i]) > 1e-4));
        // Standard and broadcast speak, standard and listen hear.
        const wanted = before.map((_, v) => v === u || ([0, 2].includes(actionOf(u)) && [0, 1].includes(actionOf(v))));
        expect(heard, `of node ${u}`).toEqual(wanted);
      }
    });
    // Four speak to four; of the 16 pairs two are of a node with itself.
    expect(edges.map(({ removed }) => removed.length / 2)).toEqual([56 - 14]);
    expect(routings.map(({ experts, importance }) => [experts, [...importance]])).toEqual([[ACTIONS, [2, 2, 2, 2]]]);
    layer.dispose();
  });

  test.each([
    ['sums', graph.gin()],
    ['means', graph.sage()]
  ])('[co-gnn] with actions it is the environment on the edges that are left, %s', (_, environment) => {
    const layer = told(environment);
    const [base] = layer.children.values();
    const left = Array.from(all.sources, (source, edge) => [source, all.targets[edge]] as const).filter(
      ([u, v]) => [0, 2].includes(actionOf(u)) && [0, 1].includes(actionOf(v))
    );
    tf.tidy(() => {
      const x = said([0.3, -1, 2, 0.7, 1.5, -0.4, 0.9, 0.1]);
      expectClose(passOn(all, layer, x), passOn(graph.fromEdges({ numNodes: 8, edges: left }), base, x), 1e-5);
    });
    layer.dispose();
  });

  test('[co-gnn] gradients go through the actions, which are drawn while training', () => {
    const g = drawnGraph(12, 0.4, random);
    const layer = new graph.Cooperative({ inputWidth: 5, outputWidth: 4, environment: graph.gin(), random });
    tf.tidy(() => {
      const x = spread([12, 5]);
      const { grads } = tf.variableGrads(() => passOn(g, layer, x, { training: true, random }).square().sum());
      const path = layer.parameters().get('action.own.weight')!.variable.name;
      expect(grads[path].abs().max().dataSync()[0]).toBeGreaterThan(1e-6);
      const drawn = (seed: number): number[] => [...passOn(g, layer, x, { training: true, random: core.Random.fromSeed(seed) }).dataSync()]; // prettier-ignore
      expect(drawn(1)).toEqual(drawn(1));
      expect(drawn(1)).not.toEqual(drawn(2));
      expect([...passOn(g, layer, x).dataSync()]).toEqual([...passOn(g, layer, x, { random }).dataSync()]);
    });
    layer.dispose();
  });

  test('[co-gnn] at a high temperature draws go by the noise alone, at a low one by the scores, which have less of a gradient', () => {
    const draws = (temperature: number): number[] => {
      const layer = new graph.Cooperative({
        inputWidth: 5,
        outputWidth: 1,
        environment: graph.gin(),
        temperature,
        random
      });
      const slope = tf.tidy(() => {
        const inputs = spread([8, 5]);
        return tf
          .grad((rows: tf.Tensor) => passOn(all, layer, rows).square().sum())(inputs)
          .abs()
          .sum()
          .dataSync()[0];
      });
      const action = layer.parameters().get('action.own.weight')!;
      const { grads, value } = tf.variableGrads(
        () =>
          passOn(all, layer, spread([8, 5]))
            .square()
            .sum() as tf.Scalar
      );
      const own = tf.tidy(() => grads[action.variable.name].abs().sum().dataSync()[0]);
      tf.dispose([grads, value]);
      layer.dispose();
      return [slope, own];
    };
    // The choice is the same; the gradient of the softmax at a hundred times the temperature is about a hundredth.
    const [one, hundred] = [draws(1), draws(100)];
    expect(hundred[1]).toBeLessThan(0.05 * one[1]);
    expect(hundred[1]).toBeGreaterThan(0);
  });

  test('[co-gnn] an environment whose edges cannot be shut is refused', () => {
    const refused = (environment: graph.GraphLayerSpec): void => {
      const layer = new graph.Cooperative({ inputWidth: 5, outputWidth: 4, environment, random });
      tf.tidy(() => {
        const x = spread([8, 5]);
        expect(() => passOn(all, layer, x)).toThrow('a layer whose edges are gated must sum or average over the edges of the pass'); // prettier-ignore
      });
      layer.dispose();
    };
    [graph.gcn(), graph.gat(), graph.gatv2({ loops: false }), graph.sage({ aggregation: 'max' }), graph.pna({ meanLogDegree: 1 })].forEach(refused); // prettier-ignore
  });
});
