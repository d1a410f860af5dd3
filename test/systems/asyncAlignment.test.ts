import { graph } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const { probes } = graph;
const drawn = (seed: number): graph.Graph => {
  const plain = graph.generators.erdosRenyi({ nodes: 14, probability: 0.25, directed: true, seed });
  return graph.fromEdges({ ...plain.directedOptions, weights: Array.from(plain.sources, (u, e) => 1 + ((7 * u + 3 * e) % 5)) }); // prettier-ignore
};

/** Shortest paths: messages are lengths by way of an edge, of which a node keeps the least. */
const shortest = (g: graph.Graph) => ({
  start: Array.from({ length: g.numNodes }, (_, node) => (node === 0 ? 0 : Infinity)),
  message: (state: number, edge: number): number => state + g.weightOf(edge),
  combine: (state: number, message: number): number => Math.min(state, message)
});

/** Floyd and Warshall's distances from node 0. */
function distances(g: graph.Graph): number[] {
  const d = Array.from({ length: g.numNodes }, (_, i) => Array.from({ length: g.numNodes }, (_u, j) => (i === j ? 0 : Infinity))); // prettier-ignore
  g.sources.forEach((u, e) => (d[u][g.targets[e]] = Math.min(d[u][g.targets[e]], g.weightOf(e))));
  d.forEach((_, k) => d.forEach((row, i) => row.forEach((value, j) => (row[j] = Math.min(value, d[i][k] + d[k][j])))));
  return d[0];
}

describe('[async-alignment-with-cocycles] messages on change', () => {
  test('[async-alignment-with-cocycles] least sums: in any order the distances of synchronous rounds and of Floyd and Warshall', () => {
    for (let seed = 0; seed < 8; seed++) {
      const g = drawn(seed);
      const wanted = distances(g);
      expect(probes.runInRounds(g, shortest(g)).state).toEqual(wanted);
      for (const order of [0, 1, 2]) {
        expect(probes.runOnChange(g, { ...shortest(g), seed: order }).state).toEqual(wanted);
      }
    }
  });

  test('[async-alignment-with-cocycles] a path takes a message for each change, rounds one for each edge and round', () => {
    const g = graph.fromEdges({ numNodes: 5, edges: [[0, 1], [1, 2], [2, 3], [3, 4]] }); // prettier-ignore
    // Four rounds that change something, and one that does not.
    expect(probes.runInRounds(g, shortest(g)).messages).toBe(5 * 4);
    // Four at first, then one for each of nodes 1, 2 and 3 once its length is known: those before say nothing new.
    for (const seed of [0, 1, 2, 3]) {
      const { messages } = probes.runOnChange(g, { ...shortest(g), seed });
      expect(messages).toBeGreaterThanOrEqual(4);
      expect(messages).toBeLessThanOrEqual(7);
    }
    const wide = graph.generators.grid({ rows: 6, columns: 6 });
    expect(probes.runOnChange(wide, shortest(wide)).messages).toBeLessThan(probes.runInRounds(wide, shortest(wide)).messages); // prettier-ignore
  });

  test('[async-alignment-with-cocycles] conditions: least sums keep all, sums may not come twice, a mean may not come in another order, a bent edge breaks the cocycle', () => {
    const values = [0, 1, 2.5, -3, 7];
    const pass = (state: number): number => state;
    const add = (state: number): number => state + 2;
    expect(probes.asynchronyDefects({ message: add, combine: Math.min, values })).toEqual([]);
    expect(probes.asynchronyDefects({ message: pass, combine: (a, b) => a + b, values })).toEqual(['repetition']);
    expect(probes.asynchronyDefects({ message: pass, combine: (a, b) => (a + b) / 2, values })).toEqual(['order', 'repetition']); // prettier-ignore
    expect(probes.asynchronyDefects({ message: (s) => s * s, combine: Math.min, values })).toEqual(['edges']);
  });

  test('[async-alignment-with-cocycles] where a condition is broken the end depends on the order', () => {
    const g = graph.fromEdges({ numNodes: 4, edges: [[0, 3], [1, 3], [2, 3]] }); // prettier-ignore
    const ends = (combine: (a: number, b: number) => number): number[] =>
      [...Array(8).keys()].map((seed) => probes.runOnChange(g, { start: [1, 2, 4, 0], message: (s) => s, combine, seed }).state[3]); // prettier-ignore
    expect(new Set(ends((a, b) => (a + b) / 2)).size).toBeGreaterThan(1);
    expect(new Set(ends(Math.max))).toEqual(new Set([4]));
    const ring = graph.generators.ring({ nodes: 3 });
    expect(() => probes.runOnChange(ring, { start: [1, 1, 1], message: (s) => s, combine: (a, b) => a + b, limit: 50 })).toThrow('graph.probes.runOnChange: it must end within 50 messages'); // prettier-ignore
    expect(() => probes.runOnChange(ring, undefined as never)).toThrow('graph.probes.runOnChange: options must be given'); // prettier-ignore
  });
});
