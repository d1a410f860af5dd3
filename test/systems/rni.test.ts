import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { passOn } from '../support/graphs';
import { expectClose, expectNoLeak } from '../support/numeric';
import { batch, network, trained } from '../support/randomNodeFeatures';

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

  test('[rni] without random features a graph isomorphism network learns nothing', () => {
    expect(trained(0, 20, 1)).toEqual({ single: 0.5, mean: 0.5 });
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
