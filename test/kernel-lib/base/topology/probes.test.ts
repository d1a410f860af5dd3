import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectNoLeak } from '../../../support/numeric';

const { generators, probes } = graph;

describe('resistance and commute time', () => {
  test('a path by hand, and two components: Infinity across, the volume of the own component within', () => {
    const g = graph.fromEdges({ numNodes: 5, edges: [[0, 1], [1, 2], [3, 4]], undirected: true }); // prettier-ignore
    const [resistance, commute] = [probes.effectiveResistance(g), probes.commuteTime(g)];
    expect(resistance[0][2]).toBeCloseTo(2, 12);
    expect([resistance[0][0], resistance[0][3], commute[2][4]]).toEqual([0, Infinity, Infinity]);
    // A walk on the path of three takes 4 * 2 steps there and back, on the edge alone 2.
    expect([commute[0][2], commute[3][4]].map((each) => Math.round(1e9 * each) / 1e9)).toEqual([8, 2]);
    expect(probes.totalResistance(g)).toBe(Infinity);
  });

  test('fault of GraphRicciCurvature#47: a weight is a conductance, and igraph#1814: parallel edges add up', () => {
    const heavy = graph.fromEdges({ numNodes: 2, edges: [[0, 1]], weights: [4], undirected: true });
    const parallel = graph.fromEdges({ numNodes: 2, edges: [[0, 1], [0, 1]], weights: [1, 3], undirected: true }); // prettier-ignore
    expect(probes.effectiveResistance(heavy)[0][1]).toBeCloseTo(0.25, 12);
    expect(probes.effectiveResistance(parallel)[0][1]).toBeCloseTo(0.25, 12);
  });

  test('isolated nodes: Infinity to each other and 0 to themselves', () => {
    const alone = graph.fromEdges({ numNodes: 3, edges: [] });
    const expected = [0, 1, 2].map((i) => [0, 1, 2].map((j) => (i === j ? 0 : Infinity)));
    [probes.commuteTime, probes.effectiveResistance].forEach((probe) => expect(probe(alone).map((row) => [...row])).toEqual(expected)); // prettier-ignore
  });

  test('without weights each edge counts as 1, parallel ones too', () => {
    const edges: [number, number][] = [[0, 1], [0, 1], [1, 2]]; // prettier-ignore
    const [plain, ones] = [undefined, [1, 1, 1]].map((weights) => graph.fromEdges({ numNodes: 3, edges, weights, undirected: true })); // prettier-ignore
    expect(probes.effectiveResistance(plain)[0][1]).toBeCloseTo(0.5, 12);
    // Of three edges both ways a walk takes 6 R steps.
    expect(probes.commuteTime(plain)[0][2]).toBeCloseTo(6 * 1.5, 12);
    expect(probes.totalResistance(plain)).toBeCloseTo(0.5 + 1 + 1.5, 12);
    expect(probes.spectralGap(plain)).toBe(probes.spectralGap(ones));
    expect(probes.dirichletEnergy(plain, [[1], [0], [0]], { normalized: false })).toBeCloseTo(2, 12);
  });

  test('a graph without nodes has no resistance', () => {
    expect(probes.totalResistance(graph.fromEdges({ numNodes: 0, edges: [] }))).toBe(0);
  });

  test('negative weights, and an edge that conducts nothing where no other leads', () => {
    const make = (weight: number) => graph.fromEdges({ numNodes: 2, edges: [[0, 1]], weights: [weight], undirected: true }); // prettier-ignore
    expect(() => probes.effectiveResistance(make(-1))).toThrow('graph.probes.effectiveResistance: weights[0] must be at least 0, got -1'); // prettier-ignore
    expect(() => probes.effectiveResistance(make(0))).toThrow('weights must not be 0 where nothing else joins nodes');
  });
});

describe('spectrum', () => {
  test('fault of networkit#1506: one node, two nodes, none, two components', () => {
    const [one, two] = [generators.path({ nodes: 1 }), generators.path({ nodes: 2 })];
    expect(probes.spectralGap(one)).toBe(0);
    expect(probes.spectralGap(two)).toBeCloseTo(2, 12);
    expect(probes.laplacianSpectrum(graph.fromEdges({ numNodes: 0, edges: [] })).values).toHaveLength(0);
    expect([...probes.laplacianSpectrum(one).values]).toEqual([0]);
    const apart = generators.cycles({ lengths: [3, 3] });
    expect(probes.spectralGap(apart)).toBeCloseTo(0, 12);
    expect(probes.laplacianSpectrum(apart).values.filter((value) => value < 1e-9)).toHaveLength(2);
    const lonely = graph.fromEdges({ numNodes: 3, edges: [[0, 1]], undirected: true });
    expect(probes.spectralGap(lonely)).toBe(0);
  });

  test('rings and complete graphs by formula; eigenvectors are orthonormal and eigen', () => {
    expect(probes.spectralGap(generators.ring({ nodes: 12 }))).toBeCloseTo(1 - Math.cos(Math.PI / 6), 12);
    expect(probes.spectralGap(generators.complete({ nodes: 7 }))).toBeCloseTo(7 / 6, 12);
    const { values, vectors } = probes.laplacianSpectrum(generators.ring({ nodes: 9 }));
    vectors.forEach((v, a) => {
      vectors.forEach((w, b) => expect(v.reduce((sum, x, i) => sum + x * w[i], 0)).toBeCloseTo(Number(a === b), 10));
      v.forEach((x, i) => expect(x - (v[(i + 1) % 9] + v[(i + 8) % 9]) / 2).toBeCloseTo(values[a] * x, 10));
    });
  });

  test('beyond 250 nodes Lanczos finds what the formula says', () => {
    expect(probes.spectralGap(generators.ring({ nodes: 260 }))).toBeCloseTo(1 - Math.cos(Math.PI / 130), 8);
    const sbm = generators.stochasticBlockModel({ sizes: [130, 130], probabilities: [[0.1, 0.01], [0.01, 0.1]] }); // prettier-ignore
    expect(probes.spectralGap(sbm)).toBeCloseTo(probes.laplacianSpectrum(sbm).values[1], 8);
  });
});

test('Dirichlet energy by hand: with degrees and without, of a tensor, of no edges', () => {
  const star = generators.star({ leaves: 2 });
  expect(probes.dirichletEnergy(star, [[1], [0], [2]], { normalized: false })).toBe(1 + 1);
  expect(probes.dirichletEnergy(star, [[1], [0], [2]])).toBeCloseTo(0.5 + (2 - Math.SQRT1_2) ** 2, 12);
  expectNoLeak(() => {
    const x = tf.tensor2d([[1], [0], [2]]);
    expect(probes.dirichletEnergy(star, x, { normalized: false })).toBe(2);
    x.dispose();
  });
  expect(probes.dirichletEnergy(graph.fromEdges({ numNodes: 1, edges: [] }), [[3, 4]])).toBe(0);
  expect(() => probes.dirichletEnergy(star, [[1]])).toThrow('graph.probes.dirichletEnergy: values must be [3, F], rows of one width, got [1,1]'); // prettier-ignore
});

test('homophily: edge, node and class-insensitive by hand, and none without edges', () => {
  // 0-1 and 1-2 of classes 0, 0, 1; a loop is no edge.
  const g = graph.fromEdges({ numNodes: 4, edges: [[0, 1], [1, 2], [3, 3]], undirected: true }); // prettier-ignore
  const classes = [0, 0, 1, 1];
  expect(probes.edgeHomophily(g, classes)).toBe(0.5);
  expect(probes.nodeHomophily(g, classes)).toBeCloseTo((1 + 0.5 + 0) / 3, 12);
  // Class 0: two of three ends within, half of the nodes; class 1: none of one.
  expect(probes.classInsensitiveHomophily(g, classes)).toBeCloseTo(2 / 3 - 1 / 2, 12);
  const none = graph.fromEdges({ numNodes: 2, edges: [] });
  expect([probes.edgeHomophily(none, [0, 1]), probes.nodeHomophily(none, [0, 1]), probes.classInsensitiveHomophily(none, [0, 1])]).toEqual([0, 0, 0]); // prettier-ignore
  expect(() => probes.edgeHomophily(g, [0])).toThrow('graph.probes.edgeHomophily: there must be a class for each of the 4 nodes, got 1'); // prettier-ignore
});

test('hop distances and components', () => {
  const g = graph.fromEdges({ numNodes: 5, edges: [[0, 1], [1, 2], [3, 4]] }); // prettier-ignore
  expect([...probes.hopDistances(g, 2)]).toEqual([2, 1, 0, -1, -1]);
  expect([...probes.components(g)]).toEqual([0, 0, 0, 1, 1]);
  expect(() => probes.hopDistances(g, 5)).toThrow('graph.probes.hopDistances: node must be an integer 0..4, got 5');
});

describe('Weisfeiler and Leman', () => {
  test.each([
    ['C6 and 2 x C3', generators.cycles({ lengths: [6] }), generators.cycles({ lengths: [3, 3] })],
    ['CSL(41, 2) and CSL(41, 5)', generators.circularSkipLink({ nodes: 41, skip: 2 }), generators.circularSkipLink({ nodes: 41, skip: 5 })], // prettier-ignore
    ['Rook and Shrikhande', generators.rook(), generators.shrikhande()]
  ])('%s have one colour', (_name, a, b) => {
    expect(probes.wlColours([a, b], { features: false }).count).toBe(1);
    expect(probes.wlDistinguishes(a, b, { features: false })).toBe(false);
  });

  test('a path: one colour, then ends, then by distance to an end; direction and relations count', () => {
    const path = generators.path({ nodes: 5 });
    expect([0, 1, 2].map((rounds) => probes.wlColours([path], { rounds }).count)).toEqual([1, 2, 3]);
    expect(probes.wlColours([path]).rounds).toBe(2);
    const to = graph.fromEdges({ numNodes: 3, edges: [[0, 1], [2, 1]] }); // prettier-ignore
    const from = graph.fromEdges({ numNodes: 3, edges: [[1, 0], [1, 2]] }); // prettier-ignore
    expect(probes.wlDistinguishes(to, from)).toBe(true);
    const typed = (types: number[]) => graph.fromEdges({ numNodes: 3, edges: [[0, 1], [2, 1]], edgeTypes: types }); // prettier-ignore
    expect(probes.wlDistinguishes(typed([0, 0]), typed([0, 1]))).toBe(true);
  });

  test('weights and features of edges count, as message passing hears them, unless features are left out', () => {
    const edge = (rest: object) => graph.fromEdges({ numNodes: 2, edges: [[0, 1]], undirected: true, ...rest });
    const pairs = [[edge({ weights: [1] }), edge({ weights: [5] })], [edge({ edgeFeatures: [[1, 2]] }), edge({ edgeFeatures: [[1, 3]] })]]; // prettier-ignore
    for (const [a, b] of pairs) {
      expect(probes.wlDistinguishes(a, b)).toBe(true);
      expect(probes.wlDistinguishes(a, b, { features: false })).toBe(false);
    }
    expect(probes.wlDistinguishes(edge({}), edge({ weights: [1] }))).toBe(false);
  });

  test('best accuracy: graphs of one colour get the commoner class', () => {
    const graphs = [6, 6, 6, 7].map((nodes) => generators.ring({ nodes }));
    expect(probes.wlAccuracyBound(graphs, [0, 0, 1, 1])).toBe(0.75);
    expect(() => probes.wlAccuracyBound(graphs, [0])).toThrow('there must be a class for each of the 4 graphs, one at least, got 1'); // prettier-ignore
  });
});

test('sensitivity: the Jacobian of a linear network is its matrix, and 0 where nothing reaches', () => {
  const walk = tf.tensor2d([[0, 2, 0], [1, 0, 0], [0, 0, 3]]); // prettier-ignore
  const maps = tf.tensor2d([[3, 4]]);
  const x = tf.tensor2d([[1], [2], [3]]);
  expectNoLeak(() => {
    const found = probes.sensitivity((input) => walk.matMul(input).matMul(maps), x);
    expect(found.map((row) => [...row])).toEqual([[0, 10, 0], [5, 0, 0], [0, 0, 15]]); // prettier-ignore
    const one = probes.sensitivity((input) => walk.matMul(input), x, { targets: [1] });
    expect(one.map((row) => [...row])).toEqual([[1, 0, 0]]);
  });
  expect(() => probes.sensitivity((input) => input.sum(), x)).toThrow('graph.probes.sensitivity: the network must give [3, P]'); // prettier-ignore
  expect(() => probes.sensitivity((input) => input, x, { targets: [3] })).toThrow('targets must be an integer 0..2, got 3'); // prettier-ignore
  tf.dispose([walk, maps, x]);
});

test('sensitivity of a module on one edge 0 -> 1: node 1 hears of 0, and 0 of nothing', () => {
  class Copy extends core.Module {
    readonly kind = 'copy';
    override apply(x: tf.Tensor): tf.Tensor {
      return x;
    }
  }
  const layer = new graph.NeighbourAggregation({ aggregation: 'sum' });
  const model = new graph.OnGraph({ numNodes: 2, edges: [[0, 1]] }, layer);
  const x = tf.ones([2, 1]) as tf.Tensor2D;
  expect(probes.sensitivity(model, x).map((row) => [...row])).toEqual([[0, 0], [1, 0]]); // prettier-ignore
  expect(probes.sensitivity(new Copy(), x).map((row) => [...row])).toEqual([[1, 0], [0, 1]]); // prettier-ignore
  x.dispose();
});

test('layout: of more than 512 nodes distances in the plane go by hops as well, the same each time', () => {
  const g = generators.grid({ rows: 24, columns: 30 });
  const places = probes.layout(g);
  expect(probes.layout(g)).toEqual(places);
  const apart = (a: number, b: number): number => Math.hypot(places[a][0] - places[b][0], places[a][1] - places[b][1]);
  const edges = Array.from(g.sources, (source, e) => apart(source, g.targets[e]));
  expect(edges.reduce((sum, length) => sum + length) / edges.length).toBeCloseTo(1, 0);
  // A grid is flat: opposite corners, 52 hops apart, are as far as its diagonal is of that.
  const [width, height] = [apart(0, 29), apart(0, 23 * 30)];
  expect(apart(0, 719) / Math.hypot(width, height)).toBeCloseTo(1, 1);
  expect(width / height).toBeCloseTo(29 / 23, 0);
  const hops = probes.hopDistances(g, 0);
  const order = Array.from(hops, (_, node) => node).sort((a, b) => apart(0, a) - apart(0, b));
  expect(hops[order[180]]).toBeLessThan(hops[order[540]]);
  // A tree does not fit in the plane; still few edges are short, and leaves of one node lie apart.
  const tree = generators.tree({ branching: 2, depth: 9 });
  const leaves = probes.layout(tree);
  const lengths = Array.from(tree.sources, (source, e) => Math.hypot(leaves[source][0] - leaves[tree.targets[e]][0], leaves[source][1] - leaves[tree.targets[e]][1])).sort((a, b) => a - b); // prettier-ignore
  expect(lengths[Math.floor(lengths.length / 10)]).toBeGreaterThan(0.8);
  expect(new Set(leaves.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`)).size).toBeGreaterThan(750);
  const line = probes.layout(generators.path({ nodes: 600 }));
  expect(Math.abs(line[599][0] - line[0][0]) / 599).toBeCloseTo(1, 1);
});

test('layout: distances of a path are hops, the same each time, no two nodes in one place, components apart', () => {
  const path = probes.layout(generators.path({ nodes: 6 }));
  for (let i = 1; i < 6; i++) {
    expect(Math.hypot(path[i][0] - path[i - 1][0], path[i][1] - path[i - 1][1])).toBeCloseTo(1, 1);
  }
  const g = generators.cycles({ lengths: [6, 5, 3] });
  expect(probes.layout(g)).toEqual(probes.layout(g));
  const places = probes.layout(generators.barbell({ clique: 6 }));
  const least = Math.min(...places.flatMap(([x, y], i) => places.slice(i + 1).map(([u, v]) => Math.hypot(x - u, y - v)))); // prettier-ignore
  expect(least).toBeGreaterThan(0.3);
  const first = probes.layout(g).slice(0, 6).map(([x]) => x); // prettier-ignore
  expect(Math.max(...first)).toBeLessThan(Math.min(...probes.layout(g).slice(6, 11).map(([x]) => x))); // prettier-ignore
  expect(probes.layout(graph.fromEdges({ numNodes: 0, edges: [] }))).toEqual([]);
  expect(probes.layout(graph.fromEdges({ numNodes: 1, edges: [] }))).toEqual([[0, 0]]);
});

test('fault of dgl#7271: nodes with the same neighbours, and a graph without edges, are laid out apart and finite', () => {
  const twins = [generators.star({ leaves: 6 }), generators.complete({ nodes: 8 }), graph.fromEdges({ numNodes: 5, edges: [] })]; // prettier-ignore
  for (const g of twins) {
    const places = probes.layout(g);
    places.flat().forEach((value) => expect(Number.isFinite(value)).toBe(true));
    const gaps = places.flatMap(([x, y], i) => places.slice(i + 1).map(([u, v]) => Math.hypot(x - u, y - v)));
    expect(Math.min(...gaps)).toBeGreaterThan(0.2);
  }
});
