import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { passOn } from '../support/graphs';
import { expectClose } from '../support/numeric';

type Edges = [number, number][];
const of = (numNodes: number, edges: Edges): graph.Graph => graph.fromEdges({ numNodes, edges });

interface Adaptations {
  ports?: boolean;
  reverse?: boolean;
  ego?: boolean;
}

/** The graph as message passing with these adaptations sees it: colours of refinement bound what any network of it tells apart. */
function adapted(g: graph.Graph, { ports = true, reverse = true, ego }: Adaptations, centre = 0): graph.Graph {
  const numbered = ports ? graph.fromEdges({ ...g.directedOptions, edgeFeatures: graph.ports(g) }) : g;
  const both = reverse ? graph.withReverse(numbered) : numbered;
  const nodeTypes =
    ego === false ? undefined : Array.from({ length: g.numNodes }, (_, node) => Number(node === centre));
  return graph.fromEdges({ ...both.directedOptions, nodeTypes });
}

const coloursOf = (...graphs: graph.Graph[]): Int32Array[] => graph.probes.wlColours(graphs).colours;

/** A directed circulant: every node is as any other. */
const circulant = (nodes: number, skips: number[]): graph.Graph =>
  of(nodes, Array.from({ length: nodes }, (_, v) => skips.map((skip): [number, number] => [v, (v + skip) % nodes])).flat()); // prettier-ignore

describe('[directed-multigraph-gnn] message passing on directed multigraphs', () => {
  test('[directed-multigraph-gnn] port numbers by hand: neighbours in the order of their first edge or of time, parallel edges alike', () => {
    const g = of(4, [[2, 0], [1, 0], [2, 0], [3, 0], [2, 3]]); // prettier-ignore
    const rows = (options?: graph.PortsOptions): Record<string, string> => {
      const { values, width } = graph.ports(g, options);
      return Object.fromEntries(
        Array.from(g.given, (given, e) => [given, values.slice(width * e, width * e + 2).join()])
      );
    };
    expect(rows()).toEqual({ 0: '1,1', 1: '2,1', 2: '1,1', 3: '3,1', 4: '1,2' });
    // Edges are numbered by target: times of the given ones 0, 1, 2, 3 come first.
    expect(rows({ times: [9, 3, 8, 1, 0] })).toEqual({ 0: '3,2', 1: '2,1', 2: '3,2', 3: '1,1', 4: '1,1' });
    expect(() => graph.ports(g, { times: [1] })).toThrow('graph.ports: times must be 5 finite numbers');
  });

  test('[directed-multigraph-gnn] the way back of each edge has the next type, its weight and its features; turned twice it is the graph', () => {
    const g = graph.fromEdges({ numNodes: 3, edges: [[0, 1], [1, 2], [2, 2]], weights: [1, 2, 3], edgeTypes: [0, 2, 1], edgeFeatures: [[5], [6], [7]] }); // prettier-ignore
    const both = graph.withReverse(g);
    const listed = Array.from(both.sources, (u, e) => [u, both.targets[e], both.edgeTypes![e], both.weightOf(e), both.edgeFeatures!.values[e]].join(' ')); // prettier-ignore
    expect(listed.sort()).toEqual(['0 1 0 1 5', '1 0 1 1 5', '1 2 4 2 6', '2 1 5 2 6', '2 2 2 3 7', '2 2 3 3 7']);
    const twice = graph.reversed(graph.reversed(g));
    expect([...twice.sources, ...twice.targets, ...twice.weights!]).toEqual([...g.sources, ...g.targets, ...g.weights!]); // prettier-ignore
    expect([...graph.degrees(graph.reversed(g))]).toEqual([...graph.degrees(g, { direction: 'out' })]);
  });

  test('[directed-multigraph-gnn] without ways back no network knows an out-degree; with them it is the in-degree of their type', () => {
    const [one, two] = [of(3, [[0, 1]]), of(3, [[0, 1], [0, 2]])]; // prettier-ignore
    const centre = (reverse: boolean): [number, number] => {
      const [a, b] = coloursOf(adapted(one, { reverse }), adapted(two, { reverse }));
      return [a[0], b[0]];
    };
    const [away, back] = [centre(false), centre(true)];
    expect(away[0]).toBe(away[1]);
    expect(back[0]).not.toBe(back[1]);
    const layer = new graph.RGCN({
      inputWidth: 1,
      outputWidth: 1,
      relations: 2,
      bias: false,
      random: core.Random.fromSeed(1)
    });
    tf.tidy(() => {
      const x = tf.tensor2d([0, 3, 5], [3, 1]);
      const [, wayBack] = layer.parameters().get('weight')!.read().dataSync();
      expectClose(passOn(graph.withReverse(two), layer, x).slice([0, 0], [1, 1]), [4 * wayBack], 1e-5);
    });
    layer.dispose();
  });

  test('[directed-multigraph-gnn] without ports two edges of one neighbour are as two of two neighbours', () => {
    const [parallel, fan] = [of(3, [[1, 0], [1, 0]]), of(3, [[1, 0], [2, 0]])]; // prettier-ignore
    const differ = (ports: boolean): boolean => {
      const [a, b] = coloursOf(adapted(parallel, { ports, reverse: false }), adapted(fan, { ports, reverse: false }));
      return a[0] !== b[0];
    };
    expect([differ(false), differ(true)]).toEqual([false, true]);
  });

  test('[directed-multigraph-gnn] without a mark of the ego a cycle of three is as one of six; with it they differ', () => {
    const rings = [of(6, [[0, 1], [1, 2], [2, 0], [3, 4], [4, 5], [5, 3]]), of(6, [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [5, 0]])]; // prettier-ignore
    const differ = (ego: boolean): boolean => {
      const [a, b] = coloursOf(...rings.map((g) => adapted(g, { ego })));
      return a[0] !== b[0];
    };
    expect([differ(false), differ(true)]).toEqual([false, true]);
  });

  test('[directed-multigraph-gnn] all three give each node of a connected graph a colour of its own, which is what the proof rests on; without any of them they do not', () => {
    const g = circulant(9, [1, 2]);
    const count = (adaptations: Adaptations): number => new Set(coloursOf(adapted(g, adaptations))[0]).size;
    expect(count({})).toBe(9);
    // Ports alone give a ring no beginning.
    const ring = circulant(9, [1]);
    expect([{}, { ego: false }].map((each) => new Set(coloursOf(adapted(ring, each))[0]).size)).toEqual([9, 1]);
    // A star whose leaves are alike but for their ports.
    const star = of(5, [[0, 1], [0, 2], [0, 3], [0, 4]]); // prettier-ignore
    const leaves = (adaptations: Adaptations): number => new Set(coloursOf(adapted(star, adaptations))[0]).size;
    expect([leaves({}), leaves({ ports: false })]).toEqual([5, 2]);
    // Nodes that lead to the ego: without ways back it cannot be known from them.
    const inward = of(3, [[1, 0], [2, 1]]); // prettier-ignore
    expect(new Set(coloursOf(adapted(inward, {}))[0]).size).toBe(3);
    const [a, b] = coloursOf(adapted(inward, { reverse: false }), adapted(of(3, [[1, 0], [2, 0]]), { reverse: false })); // prettier-ignore
    expect(a[2]).toBe(b[2]);
    for (let seed = 0; seed < 20; seed++) {
      const drawn = graph.generators.erdosRenyi({ nodes: 8, probability: 0.25, directed: true, seed });
      if (new Set(graph.probes.components(drawn)).size === 1) {
        expect(new Set(coloursOf(adapted(drawn, {}))[0]).size).toBe(8);
      }
    }
  });

  test('[directed-multigraph-gnn] a layer of typed edges with features takes both in: ports change what it says', () => {
    const layer = new graph.GINE({ inputWidth: 2, outputWidth: 2, edgeWidth: 2, random: core.Random.fromSeed(2) });
    const centre = (g: graph.Graph): number[] => tf.tidy(() => [...passOn(adapted(g, { reverse: false }), layer, tf.ones([3, 2])).slice([0, 0], [1, 2]).dataSync()]); // prettier-ignore
    const [parallel, fan] = [centre(of(3, [[1, 0], [1, 0]])), centre(of(3, [[1, 0], [2, 0]]))]; // prettier-ignore
    expect(Math.abs(parallel[0] - fan[0]) + Math.abs(parallel[1] - fan[1])).toBeGreaterThan(1e-3);
    layer.dispose();
  });
});
