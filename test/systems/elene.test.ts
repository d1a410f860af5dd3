import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { passOn, path } from '../support/graphs';

const { embed, generators } = graph;
const rowsOf = ({ values, width }: graph.Features): string[] =>
  Array.from({ length: values.length / width }, (_, i) => values.slice(i * width, (i + 1) * width).join());
const multiset = (features: graph.Features): string => rowsOf(features).sort().join(';');

describe('[elene] edge-level ego-network encodings', () => {
  test('[elene] a path of three by hand', () => {
    const g = path(3);
    const nodes = embed.egoNodes(g, { radius: 1 });
    expect(nodes.width).toBe(6);
    // Columns: distance 0 with degrees 0, 1, 2, then distance 1. Of the end: itself with degree 1, and the middle with degree 1, as the other end is not in its network.
    expect(rowsOf(nodes)).toEqual(['0,1,0,0,1,0', '0,0,1,0,2,0', '0,1,0,0,1,0']);
    const edges = embed.egoEdges(g, { radius: 1, maxDegree: 2 });
    expect(edges.width).toBe(12);
    const edge = Array.from(g.sources.keys()).find((e) => g.sources[e] === 0 && g.targets[e] === 1)!;
    // Both ends, each with degree 1: at distances (0, 1) and (1, 0). Node 2 is not in the network of 0.
    expect(rowsOf(edges)[edge]).toBe('0,0,0,0,1,0,0,1,0,0,0,0');
    expect(() => embed.egoEdges(g, { radius: -1 })).toThrow('graph.embed.egoEdges: radius must be an integer of at least 0, got -1'); // prettier-ignore
    expect(() => embed.egoNodes(g, undefined as never)).toThrow('graph.embed.egoNodes: options must be given');
  });

  test('[elene] counts of edges equal those of a search over all nodes, on random graphs', () => {
    for (let seed = 0; seed < 6; seed++) {
      const g = generators.erdosRenyi({ nodes: 9, probability: 0.3, seed });
      const hops = Array.from({ length: 9 }, (_, node) => graph.probes.hopDistances(g, node));
      const radius = 1 + (seed % 2);
      const { values, width } = embed.egoEdges(g, { radius, maxDegree: 8 });
      g.sources.forEach((u, e) => {
        const v = g.targets[e];
        const inside = [...hops.keys()].filter((w) => hops[u][w] >= 0 && hops[u][w] <= radius && hops[v][w] >= 0 && hops[v][w] <= radius); // prettier-ignore
        const wanted = new Array<number>(width).fill(0);
        inside.forEach((w) => {
          const degree = inside.filter((other) => hops[w][other] === 1).length;
          wanted[(hops[u][w] * (radius + 1) + hops[v][w]) * 9 + degree]++;
        });
        expect([...values.slice(e * width, (e + 1) * width)]).toEqual(wanted);
      });
    }
  });

  test("[elene] tells Rook's graph from Shrikhande's, which encodings of nodes alone and colours do not; the order of nodes does not matter", () => {
    const [rook, shrikhande] = [generators.rook(), generators.shrikhande()];
    for (const radius of [1, 2]) {
      expect(multiset(embed.egoNodes(rook, { radius }))).toBe(multiset(embed.egoNodes(shrikhande, { radius })));
    }
    expect(multiset(embed.egoEdges(rook, { radius: 1 }))).not.toBe(multiset(embed.egoEdges(shrikhande, { radius: 1 })));
    expect(graph.probes.wlDistinguishes(rook, shrikhande)).toBe(false);
    const order = core.Random.fromSeed(3).shuffle([...Array(16).keys()]);
    const moved = graph.fromEdges({ numNodes: 16, edges: Array.from(rook.sources, (u, e) => [order[u], order[rook.targets[e]]] as const) }); // prettier-ignore
    expect(multiset(embed.egoEdges(moved, { radius: 1 }))).toBe(multiset(embed.egoEdges(rook, { radius: 1 })));
  });

  test('[elene] a layer that reads them tells the two apart, and memory is a row for each edge', () => {
    const layer = (width: number): graph.GINE => new graph.GINE({ inputWidth: 2, outputWidth: 3, edgeWidth: width, random: core.Random.fromSeed(5) }); // prettier-ignore
    const sums = (features: (g: graph.Graph) => graph.Features): number[][] =>
      [generators.rook(), generators.shrikhande()].map((g) => {
        const edgeFeatures = features(g);
        const network = layer(edgeFeatures.width);
        const of = graph.fromEdges({ ...g.directedOptions, edgeFeatures });
        const sum = tf.tidy(() => [
          ...passOn(of, network, tf.ones([16, 2]))
            .sum(0)
            .dataSync()
        ]);
        network.dispose();
        return sum;
      });
    const apart = ([a, b]: number[][]): number => Math.max(...a.map((value, i) => Math.abs(value - b[i])));
    expect(apart(sums((g) => embed.egoEdges(g, { radius: 1, maxDegree: 6 })))).toBeGreaterThan(1e-2);
    expect(apart(sums((g) => ({ values: new Float32Array(g.numEdges).fill(1), width: 1 })))).toBeLessThan(1e-4);
    const cells = [20, 40].map((nodes) => embed.egoEdges(generators.ring({ nodes }), { radius: 2, maxDegree: 2 }).values.length / nodes); // prettier-ignore
    expect(cells[0]).toBe(cells[1]);
  });
});
