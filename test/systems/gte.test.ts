import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { dense, passOn } from '../support/graphs';

const { embed, generators, metrics } = graph;

/** Users and items of a bipartite graph: those an even and an odd number of steps from node 0. */
function sides(g: graph.Graph): { users: number[]; items: number[] } {
  const hops = [...graph.probes.hopDistances(g, 0)];
  return { users: [...hops.keys()].filter((v) => hops[v] % 2 === 0), items: [...hops.keys()].filter((v) => hops[v] % 2 === 1) }; // prettier-ignore
}

const scoresOf = (g: graph.Graph, users: number[], items: number[], layers: number): number[][] => {
  const { values, width } = embed.gte(g, { items, layers });
  return users.map((user) => [...values.slice(user * width, (user + 1) * width)]);
};

const ladder = (rungs: number): graph.Graph =>
  graph.fromEdges({ numNodes: 2 * rungs, undirected: true, edges: Array.from({ length: rungs }, (_, i) => [[2 * i, 2 * i + 1], ...(i + 1 < rungs ? [[2 * i, 2 * i + 2], [2 * i + 1, 2 * i + 3]] : [])] as [number, number][]).flat() }); // prettier-ignore

describe('[gte] walks as scores', () => {
  test('[gte] a score is the number of walks of at most L edges, from powers of the adjacency', () => {
    const g = generators.erdosRenyi({ nodes: 8, probability: 0.35, directed: true, seed: 4 });
    const A = dense(g);
    const { values, width } = embed.gte(g, { items: [2, 5, 7], layers: 4 });
    let power = A.map((_, i) => A.map((_a, j) => Number(i === j)));
    const total = power.map((row) => [...row]);
    for (let l = 0; l < 4; l++) {
      power = A.map((row) => A[0].map((_, j) => row.reduce((sum, value, k) => sum + value * power[k][j], 0)));
      power.forEach((row, i) => row.forEach((value, j) => (total[i][j] += value)));
    }
    total.forEach((row, i) => expect([...values.slice(i * width, (i + 1) * width)]).toEqual([row[2], row[5], row[7]]));
    expect(() => embed.gte(g, { items: [1, 1] })).toThrow(
      'graph.embed.gte: items must be one or more, each named once'
    );
    expect(() => embed.gte(g, undefined as never)).toThrow('graph.embed.gte: options must be given');
  });

  test.each([
    ['a path', generators.path({ nodes: 10 })],
    ['a ladder', ladder(5)],
    ['a tree', generators.tree({ branching: 2, depth: 3 })]
  ])(
    '[gte] on %s scores know of closeness: nodes within have more walks than those at the ends, so that not all pairs are in the order of steps',
    (_name, g) => {
      const { users, items } = sides(g);
      const closeness = metrics.topologicalCloseness(g, users, items, scoresOf(g, users, items, 9));
      expect(closeness).toBeGreaterThan(0.75);
      expect(closeness).toBeLessThanOrEqual(1);
    }
  );

  test('[gte] on a ring, whose items are alike, graph convolutions of constant features tie them all: closeness a half', () => {
    const g = generators.ring({ nodes: 12 });
    const { users, items } = sides(g);
    const layers = [0, 1, 2].map(
      (i) => new graph.GCN({ inputWidth: 4, outputWidth: 4, random: core.Random.fromSeed(i) })
    );
    const said = tf.tidy(() => {
      const rows = layers.reduce<tf.Tensor>((x, layer) => passOn(g, layer, x), tf.ones([12, 4])) as tf.Tensor2D;
      // Rows that are alike but for rounding.
      const all = rows.mul<tf.Tensor2D>(1e4).round().arraySync() as number[][];
      return users.map((u) => items.map((i) => all[u].reduce((sum, value, f) => sum + value * all[i][f], 0)));
    });
    expect(metrics.topologicalCloseness(g, users, items, said)).toBe(0.5);
    expect(metrics.topologicalCloseness(g, users, items, scoresOf(g, users, items, 7))).toBe(1);
    // Items beyond the steps are tied.
    expect(metrics.topologicalCloseness(g, users, items, scoresOf(g, users, items, 1))).toBeLessThan(1);
    layers.forEach((each) => each.dispose());
  });

  test('[gte] an item that no path leads to is further than any other', () => {
    const g = graph.fromEdges({ numNodes: 4, edges: [[0, 1], [2, 3]], undirected: true }); // prettier-ignore
    expect(metrics.topologicalCloseness(g, [0], [1, 3], [[2, 1]])).toBe(1);
    expect(metrics.topologicalCloseness(g, [0], [1, 3], [[1, 2]])).toBe(0);
  });

  test('[gte] closeness by hand: pairs of several distances alone count, ties a half', () => {
    const g = generators.path({ nodes: 6 });
    // Items at 1, 3 and 5 steps of user 0: three pairs, one right, one tied, one wrong.
    expect(metrics.topologicalCloseness(g, [0], [1, 3, 5], [[2, 1, 2]])).toBeCloseTo(1.5 / 3, 10);
    expect(() => metrics.topologicalCloseness(g, [0], [1, 3], [[1]])).toThrow('graph.metrics.topologicalCloseness: scores must be 1 rows of 2'); // prettier-ignore
    expect(() => metrics.topologicalCloseness(g, [2], [1, 3], [[1, 2]])).toThrow('graph.metrics.topologicalCloseness: a user must have items at several distances'); // prettier-ignore
  });
});
