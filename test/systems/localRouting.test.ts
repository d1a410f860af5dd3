import { graph } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { forwardedPackets, RANGE } from '../support/forwarding';

const { greedyForwarding, localRoutes } = graph.probes;

describe('routing by local rules', () => {
  test('[single-graph-near-shortest-path-routing] routes, stretch and shortest lengths by hand', () => {
    // A detour: from 0 greedily to 1, which is a dead end; by 2 and 3 one comes to 4.
    const points = [[0, 0], [1, 0], [0, 1], [1.5, 1], [2, 0]]; // prettier-ignore
    const g = graph.fromEdges({ numNodes: 5, edges: [[0, 1], [0, 2], [2, 3], [3, 4]], undirected: true, nodeFeatures: points }); // prettier-ignore
    const least = graph.probes.shortestLengths(g, 4);
    expect([...least].map((value) => Number(value.toFixed(4)))).toEqual([1 + 1.5 + 1.118, 4.618, 1.5 + 1.118, 1.118, 0].map((value) => Number(value.toFixed(4)))); // prettier-ignore
    const [greedy] = localRoutes(g, { pairs: [[0, 4]] });
    expect([greedy.path, greedy.delivered, greedy.stretch]).toEqual([[0, 1], false, NaN]);
    const told: graph.probes.LocalHop[][] = [];
    const second: graph.probes.ForwardingScore = (hops) => {
      told.push([...hops]);
      return hops.map(({ hop, neighbourToDestination }) => (neighbourToDestination === 1 ? -9 : -hop));
    };
    const [round] = localRoutes(g, { pairs: [[0, 4]], score: second });
    expect([round.path, round.delivered, Number(round.stretch.toFixed(6))]).toEqual([[0, 2, 3, 4], true, 1]);
    // Nothing but lengths of one hop: of 0 two neighbours, then those that were not passed.
    expect(told.map((hops) => hops.length)).toEqual([2, 1, 1]);
    expect(Object.keys(told[0][0]).sort()).toEqual(['hop', 'neighbourToDestination', 'toDestination']);
    expect(localRoutes(g, { pairs: [[0, 4], [3, 3]], score: second, timeToLive: 2 }).map(({ delivered }) => delivered)).toEqual([false, true]); // prettier-ignore
    expect(greedyForwarding([{ toDestination: 1, neighbourToDestination: 1.2, hop: 1 }])).toEqual([-Infinity]);
    expect(() => localRoutes(graph.generators.ring({ nodes: 3 }), { pairs: [] })).toThrow('graph.probes.localRoutes: nodes must have coordinates as features, got none'); // prettier-ignore
    expect(() => localRoutes(g, { pairs: [[0, 5]] })).toThrow('graph.probes.localRoutes: pairs must be an integer 0..4, got 5'); // prettier-ignore
    expect(() => graph.probes.forwardingSamples(g, { range: 0, count: 1 })).toThrow('graph.probes.forwardingSamples: range must be'); // prettier-ignore
  });

  test('[single-graph-near-shortest-path-routing] points of a random geometric graph, and samples, by what they are', () => {
    const g = graph.generators.randomGeometric({ nodes: 40, radius: RANGE, seed: 1 });
    const at = (node: number): number[] => [...g.nodeFeatures!.values.subarray(2 * node, 2 * node + 2)];
    let joined = 0;
    for (let a = 0; a < 40; a++) {
      for (let b = 0; b < 40; b++) {
        joined += Number(a !== b && Math.hypot(at(a)[0] - at(b)[0], at(a)[1] - at(b)[1]) <= RANGE);
      }
    }
    expect(g.numEdges).toBe(joined);
    expect(Math.max(...g.weights!)).toBeLessThanOrEqual(RANGE);
    expect(() => graph.generators.randomGeometric({ nodes: 2, radius: 0 })).toThrow('graph.generators.randomGeometric: radius must be'); // prettier-ignore
    const line = graph.fromEdges({ numNodes: 3, edges: [[0, 1], [1, 2]], undirected: true, nodeFeatures: [[0], [1], [3]] }); // prettier-ignore
    const { x, y } = graph.probes.forwardingSamples(line, { range: 2, count: 100 });
    const rows = x.map((row, i) => [...row, ...y[i]].map((value) => Number(value.toFixed(4)))).sort((a, b) => a.join() < b.join() ? -1 : 1); // prettier-ignore
    // Four edges and two destinations each: what is left after the hop over what was, hop, length in ranges, way over length.
    expect(rows).toContainEqual([0.6667, 0.3333, 1.5, 1]);
    expect(rows).toContainEqual([3, 2, 0.5, 5]);
    expect(rows.length).toBe(8);
  });

  test('[single-graph-near-shortest-path-routing] learnt on one graph of 50 nodes, on 100 others of 50 to 200 as many and more packets arrive as greedily, by ways that are no longer', () => {
    const totals = forwardedPackets(1);
    expect(totals.learnt).toBeGreaterThan(totals.greedy);
    expect(totals.learntStretch).toBeLessThanOrEqual(totals.greedyStretch);
  });
});
