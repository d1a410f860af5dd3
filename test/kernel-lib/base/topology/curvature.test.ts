import { graph } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const { generators, probes } = graph;
const K4 = generators.complete({ nodes: 4 });
const BARBELL = generators.barbell({ clique: 4 });
const at = (edges: graph.probes.EdgeCurvature[], source: number, target: number): number =>
  edges.find((edge) => edge.source === source && edge.target === target)!.curvature;
const all = (edges: graph.probes.EdgeCurvature[]): number[] => edges.map(({ curvature }) => curvature);

describe('balanced Forman curvature by hand', () => {
  test.each([
    ['C6', generators.ring({ nodes: 6 }), 6, 0],
    ['C5', generators.ring({ nodes: 5 }), 5, 0],
    ['C4', generators.ring({ nodes: 4 }), 4, 1],
    ['C3', generators.ring({ nodes: 3 }), 3, 1.5],
    ['K4', K4, 6, 4 / 3],
    // 4-cycles of the torus: 3 + 3 neighbours, each on one cycle; 2/4 + 2/4 - 2 + 4 / 4.
    ['a torus of 5 x 5', generators.grid({ rows: 5, columns: 5, periodic: true }), 50, 0]
  ])('%s', (_name, g, count, value) => {
    const edges = probes.balancedForman(g);
    expect(edges).toHaveLength(count);
    all(edges).forEach((curvature) => expect(curvature).toBeCloseTo(value, 12));
  });

  test("fault of SDRF's public code: the bridge of a barbell of two K4 is -1, and no degenerate 4-cycle counts", () => {
    const edges = probes.balancedForman(BARBELL);
    expect(edges).toHaveLength(13);
    expect(at(edges, 3, 4)).toBe(-1);
    expect(Math.min(...all(edges))).toBe(-1);
    // In a clique, away from the bridge, as in K4; beside it 2/3 + 2/4 - 2 + 2 * 2/4 + 2/3.
    expect(at(edges, 0, 1)).toBeCloseTo(4 / 3, 12);
    expect(at(edges, 0, 3)).toBeCloseTo(5 / 6, 12);
  });

  test("fault of SDRF's public code: an edge with a leaf is 0; inside a binary tree 2/3 + 2/3 - 2", () => {
    expect(all(probes.balancedForman(generators.star({ leaves: 4 })))).toEqual([0, 0, 0, 0]);
    const edges = probes.balancedForman(generators.tree({ branching: 2, depth: 3 }));
    expect(at(edges, 1, 3)).toBeCloseTo(-2 / 3, 12);
    expect(at(edges, 0, 1)).toBeCloseTo(2 / 2 + 2 / 3 - 2, 12);
    expect(at(edges, 3, 7)).toBe(0);
  });

  test('the most 4-cycles through one neighbour divide: K(2,3) by hand', () => {
    // Nodes 0, 1 against 2, 3, 4. Edge 0-2: neighbours 3 and 4 of 0 on one cycle each over 1; neighbour 1 of 2 on two. 2/3 + 2/2 - 2 + 3 / (2 * 3).
    const g = graph.fromEdges({ numNodes: 5, edges: [[0, 2], [0, 3], [0, 4], [1, 2], [1, 3], [1, 4]], undirected: true }); // prettier-ignore
    all(probes.balancedForman(g)).forEach((value) => expect(value).toBeCloseTo(2 / 3 + 1 - 2 + 3 / 6, 12));
  });
});

describe('Ollivier curvature without laziness by hand', () => {
  test.each([
    ['C6', generators.ring({ nodes: 6 }), 0],
    ['C5', generators.ring({ nodes: 5 }), 0],
    ['C4', generators.ring({ nodes: 4 }), 0],
    ['C3', generators.ring({ nodes: 3 }), 0.5],
    ['K4', K4, 2 / 3],
    ['a star', generators.star({ leaves: 5 }), 0],
    ['one edge', generators.path({ nodes: 2 }), 0]
  ])('%s', (_name, g, value) => all(probes.ollivier(g)).forEach((each) => expect(each).toBeCloseTo(value, 12)));

  test('the bridge of a barbell of two K4 is -1; inside a binary tree 4/3 - 2', () => {
    expect(at(probes.ollivier(BARBELL), 3, 4)).toBeCloseTo(-1, 12);
    // Two thirds of each mass go three edges, one third one.
    expect(at(probes.ollivier(generators.tree({ branching: 2, depth: 3 })), 1, 3)).toBeCloseTo(-2 / 3, 12);
  });

  test('ends of different degree: exact transport where no assignment of nodes fits', () => {
    // 0 with leaves 2, 3 and 1 with leaf 4: {1, 2, 3} a third each to {0, 4} a half each.
    const g = graph.fromEdges({ numNodes: 5, edges: [[0, 1], [0, 2], [0, 3], [1, 4]], undirected: true }); // prettier-ignore
    // From 1: a third to 4 at 1; from 2 and 3: a half to 0 at 1, a sixth to 4 at 3.
    expect(at(probes.ollivier(g), 0, 1)).toBeCloseTo(1 - (1 / 3 + 1 / 2 + 3 / 6), 12);
  });
});

test('weights, loops and parallel edges are nothing to either curvature', () => {
  const plain = graph.fromEdges({ numNodes: 3, edges: [[0, 1], [1, 2]], undirected: true }); // prettier-ignore
  const odd = graph.fromEdges({ numNodes: 3, edges: [[0, 1], [0, 1], [1, 2], [2, 2]], weights: [5, 1, 0.1, 3], undirected: true }); // prettier-ignore
  expect(probes.balancedForman(odd)).toEqual(probes.balancedForman(plain));
  expect(probes.ollivier(odd)).toEqual(probes.ollivier(plain));
});

test('no edges, one node, an edge one way', () => {
  const none = graph.fromEdges({ numNodes: 1, edges: [] });
  expect([probes.balancedForman(none), probes.ollivier(none)]).toEqual([[], []]);
  const oneWay = graph.fromEdges({ numNodes: 2, edges: [[0, 1]] });
  expect(() => probes.balancedForman(oneWay)).toThrow('graph.probes.balancedForman: each edge of the graph must have its way back, got [0,1]'); // prettier-ignore
  expect(() => probes.ollivier(oneWay)).toThrow('graph.probes.ollivier: each edge of the graph must have its way back, got [0,1]'); // prettier-ignore
});
