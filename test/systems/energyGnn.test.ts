import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { drawnGraph, passOn } from '../support/graphs';
import { expectClose, expectNoLeak } from '../support/numeric';

const random = core.Random.fromSeed(4);
const g = drawnGraph(9, 0.35, random);

const layer = new graph.EnergyLayer({ inputWidth: 3, outputWidth: 2, random });
const x = spread([9, 3]).mul(3) as tf.Tensor2D;

/** The energy of the layer, kept. */
function energy(): graph.GraphEnergy {
  const ctx = core.Context.create();
  const { pull, source, target, stiffness } = tf.tidy(() => {
    const own = layer.energyOf(x, ctx);
    return { ...own, source: own.source.clone(), target: own.target.clone() };
  }) as graph.GraphEnergy;
  ctx.dispose();
  return { pull, source, target, stiffness };
}
const own = energy();
const curvature = tf.tidy(() => [...graph.energyCurvature(g, own).dataSync()]);
const energyAt = (rows: readonly (readonly number[])[]): number => tf.tidy(() => graph.graphEnergy(tf.tensor2d(rows as number[][]), g, own).dataSync()[0]); // prettier-ignore
const [pull, source, target] = [own.pull, own.source, own.target].map((each) => each.arraySync());

/** A step down of one node by what it sees, on the host. */
const step = (node: number, seen: readonly (readonly number[])[]): number[] => {
  const gradient = seen[node].map((value, f) => value - pull[node][f]);
  g.sources.forEach((u, e) => {
    const v = g.targets[e];
    source[0].forEach((_, k) => {
      const inner = seen[u].reduce((sum, value, f) => sum + value * source[f][k], 0) + seen[v].reduce((sum, value, f) => sum + value * target[f][k], 0); // prettier-ignore
      gradient.forEach((_g, f) => (gradient[f] += Math.tanh(inner) * (Number(u === node) * source[f][k] + Number(v === node) * target[f][k]))); // prettier-ignore
    });
  });
  return seen[node].map((value, f) => value - gradient[f] / curvature[node]);
};

describe('[energy-gnn] a layer that is the minimum of a convex energy', () => {
  test('[energy-gnn] energy and gradient by hand on one edge; the gradient is that of the energy', () => {
    const edge = graph.fromEdges({ numNodes: 2, edges: [[0, 1]] });
    tf.tidy(() => {
      const one = { pull: tf.tensor2d([[1], [2]]), source: tf.tensor2d([[0.5]]), target: tf.tensor2d([[-2]]), stiffness: 3 }; // prettier-ignore
      const h = tf.tensor2d([[0.4], [0.1]]);
      const inner = 0.4 * 0.5 - 0.1 * 2;
      const wanted = 1.5 * (0.16 + 0.01) - 0.4 - 0.2 + Math.log(Math.cosh(inner));
      expectClose(graph.graphEnergy(h, edge, one), [wanted], 1e-6);
      const T = Math.tanh(inner);
      expectClose(graph.energyGradient(h, edge, one), [1.2 - 1 + 0.5 * T, 0.3 - 2 - 2 * T], 1e-6);
      const rows = spread([9, 2]) as tf.Tensor2D;
      const auto = tf.grad((h: tf.Tensor) => graph.graphEnergy(h as tf.Tensor2D, g, own))(rows);
      expectClose(graph.energyGradient(rows, g, own), auto, 1e-5);
    });
  });

  test('[energy-gnn] the layer gives the minimum: no gradient is left there, and any move raises the energy', () => {
    tf.tidy(() => {
      const h = passOn(g, layer, x) as tf.Tensor2D;
      expect(graph.energyGradient(h, g, own).abs().max().dataSync()[0]).toBeLessThan(1e-5);
      const least = graph.graphEnergy(h, g, own).dataSync()[0];
      for (let seed = 0; seed < 5; seed++) {
        const moved = h.add<tf.Tensor2D>(core.Random.fromSeed(seed).normal([9, 2]).mul(0.1));
        expect(graph.graphEnergy(moved, g, own).dataSync()[0]).toBeGreaterThan(least);
      }
    });
  });

  test('[energy-gnn] late updates: a node sees itself as it is and others as they were at one of the last updates, each of them often', () => {
    const two = graph.fromEdges({ numNodes: 2, edges: [[0, 1], [1, 0]] }); // prettier-ignore
    const late = (delay: number): number[] => {
      const lags: number[] = [];
      let count = 0;
      graph.probes.runAsynchronously(two, {
        ...{ start: [[0], [0]], rounds: 200, delay, seed: 3 },
        update: (node, seen) => {
          // The other holds the number of its own last update; how far back that is seen says how late it is.
          lags.push(latest[1 - node] - seen[1 - node][0]);
          expect(seen[node][0]).toBe(latest[node]);
          latest[node] = ++count;
          return [count];
        }
      });
      latest.fill(0);
      return lags;
    };
    const latest = [0, 0];
    expect(late(0).every((lag) => lag === 0)).toBe(true);
    const lags = late(3);
    expect(lags.filter((lag) => lag > 0).length).toBeGreaterThan(80);
    expect(lags.filter((lag) => lag === 0).length).toBeGreaterThan(80);
  });

  test('[energy-gnn] updates of one node at a time never raise the energy', () => {
    let last = Infinity;
    const start = Array.from({ length: 9 }, (_, i) => [Math.sin(5 * i) * 4, Math.cos(3 * i) * 4]);
    graph.probes.runAsynchronously(g, {
      ...{ start, rounds: 6, seed: 2 },
      update: (node, seen) => {
        const now = energyAt(seen);
        expect(now).toBeLessThanOrEqual(last + 1e-5);
        last = now;
        return step(node, seen);
      }
    });
  });

  test('[energy-gnn] late and in any order it ends as the synchronous layer, where a graph convolution network of three layers does not', () => {
    const wanted = tf.tidy(() => [...passOn(g, layer, x).dataSync()]);
    const zero = Array.from({ length: 9 }, () => [0, 0]);
    for (const seed of [1, 2]) {
      expectClose(graph.probes.runAsynchronously(g, { start: zero, update: step, rounds: 200, delay: 12, seed }).flat(), wanted, 1e-4); // prettier-ignore
    }
    // Each node applies its next layer to what it sees of the others, whatever layer these are at.
    const net = [0, 1, 2].map((i) => new graph.GCN({ inputWidth: 3, outputWidth: 3, random: random.child(i) }));
    const apply = (i: number, rows: tf.Tensor): tf.Tensor => tf.tidy(() => passOn(g, net[i], rows).tanh());
    const counts = new Array<number>(9).fill(0);
    const late = graph.probes.runAsynchronously(g, {
      ...{ start: tf.tidy(() => x.arraySync()), rounds: 3, seed: 1 },
      update: (node, seen) => tf.tidy(() => [...apply(counts[node]++, tf.tensor2d(seen as number[][])).slice([node, 0], [1, 3]).dataSync()]) // prettier-ignore
    });
    const synchronous = tf.tidy(() => [...apply(2, apply(1, apply(0, x))).dataSync()]);
    const gap = Math.hypot(...late.flat().map((value, i) => value - synchronous[i])) / Math.hypot(...synchronous);
    expect(gap).toBeGreaterThan(0.1);
    net.forEach((each) => each.dispose());
  });

  test('what does not settle is refused; nothing is left behind', () => {
    expect(() => graph.energyMinimum(g, own, { steps: 1 })).toThrow('graph.energyMinimum: the gradient must fall to 0.000002 in 1 steps'); // prettier-ignore
    expect(() => graph.energyMinimum(g, undefined as never)).toThrow('graph.energyMinimum: the energy must be given');
    expectNoLeak(() => graph.energyMinimum(g, own).dispose());
    expectNoLeak(() => tf.dispose(tf.grad((pull) => graph.energyMinimum(g, { ...own, pull: pull as tf.Tensor2D }).sum())(own.pull))); // prettier-ignore
  });
});
