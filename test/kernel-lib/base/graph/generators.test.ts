import { graph } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const { generators, probes } = graph;
const degrees = (g: graph.Graph): number[] => Array.from({ length: g.numNodes }, (_, v) => g.incoming.starts[v + 1] - g.incoming.starts[v]); // prettier-ignore
const isSimple = (g: graph.Graph): boolean => {
  const keys = Array.from(g.sources, (u, e) => u * g.numNodes + g.targets[e]);
  return new Set(keys).size === keys.length && g.sources.every((u, e) => u !== g.targets[e]);
};

test.each([
  ['path', generators.path({ nodes: 5 }), 5, 4, [1, 2, 2, 2, 1]],
  ['one node', generators.path({ nodes: 1 }), 1, 0, [0]],
  ['ring', generators.ring({ nodes: 4 }), 4, 4, [2, 2, 2, 2]],
  ['cycles', generators.cycles({ lengths: [3, 4] }), 7, 7, [2, 2, 2, 2, 2, 2, 2]],
  ['grid', generators.grid({ rows: 2, columns: 3 }), 6, 7, [2, 3, 2, 2, 3, 2]],
  ['torus', generators.grid({ rows: 3, columns: 4, periodic: true }), 12, 24, new Array<number>(12).fill(4)],
  ['star', generators.star({ leaves: 3 }), 4, 3, [3, 1, 1, 1]],
  ['complete', generators.complete({ nodes: 5 }), 5, 10, [4, 4, 4, 4, 4]],
  ['tree', generators.tree({ branching: 2, depth: 2 }), 7, 6, [2, 3, 3, 1, 1, 1, 1]],
  ['barbell', generators.barbell({ clique: 3, bridge: 1 }), 7, 8, [2, 2, 3, 2, 3, 2, 2]],
  ['ring of cliques', generators.ringOfCliques({ cliques: 3, size: 3 }), 9, 12, [3, 2, 3, 3, 2, 3, 3, 2, 3]],
  ['circular skip links', generators.circularSkipLink({ nodes: 11, skip: 3 }), 11, 22, new Array<number>(11).fill(4)],
  ['rook', generators.rook(), 16, 48, new Array<number>(16).fill(6)],
  ['Shrikhande', generators.shrikhande(), 16, 48, new Array<number>(16).fill(6)],
  ['Cayley', generators.cayley({ modulus: 3 }), 24, 48, new Array<number>(24).fill(4)]
] as [string, graph.Graph, number, number, number[]][])(
  '%s has its nodes, edges and degrees',
  (_name, g, nodes, edges, expected) => {
    expect([g.numNodes, g.numEdges, g.undirected, isSimple(g)]).toEqual([nodes, 2 * edges, true, true]);
    expect(degrees(g)).toEqual(expected);
  }
);

test('planted types: cliques of a barbell and what is between, cliques of a ring, cycles', () => {
  expect([...generators.barbell({ clique: 2, bridge: 1 }).nodeTypes!]).toEqual([0, 0, 2, 1, 1]);
  expect([...generators.ringOfCliques({ cliques: 3, size: 2 }).nodeTypes!]).toEqual([0, 0, 1, 1, 2, 2]);
  expect([...generators.cycles({ lengths: [3, 3] }).nodeTypes!]).toEqual([0, 0, 0, 1, 1, 1]);
});

test('Rook and Shrikhande are strongly regular (16, 6, 2, 2) and differ: neighbours form two triangles, or a hexagon', () => {
  const circles = [generators.rook(), generators.shrikhande()].map((g) => {
    const near = Array.from({ length: 16 }, (_, v) => new Set(Array.from(g.sources.keys()).filter((e) => g.targets[e] === v).map((e) => g.sources[e]))); // prettier-ignore
    near.forEach((own, u) => near.forEach((other, v) => u !== v && expect([...own].filter((w) => other.has(w))).toHaveLength(2))); // prettier-ignore
    const around = [...near[0]];
    const inner = around.flatMap((a, i) => around.flatMap((b, j) => (near[a].has(b) ? [[i, j] as [number, number]] : []))); // prettier-ignore
    return Math.max(...probes.components(graph.fromEdges({ numNodes: 6, edges: inner }))) + 1;
  });
  expect(circles).toEqual([2, 1]);
});

describe('random graphs', () => {
  test('G(N, p) has about p of the pairs, G(N, M) exactly M; directed pairs are ordered; seeds', () => {
    const g = generators.erdosRenyi({ nodes: 100, probability: 0.1 });
    expect(g.numEdges / 2 / 4950).toBeCloseTo(0.1, 1);
    const m = generators.erdosRenyi({ nodes: 20, edges: 37, directed: true });
    expect([m.numEdges, isSimple(m), m.undirected]).toEqual([37, true, false]);
    const same = (seed: number): number[] => [...generators.erdosRenyi({ nodes: 20, probability: 0.3, seed }).sources];
    expect(same(1)).toEqual(same(1));
    expect(same(1)).not.toEqual(same(2));
    expect(() => generators.erdosRenyi({ nodes: 3 })).toThrow('graph.generators.erdosRenyi: needs either a probability or a number of edges, got {}'); // prettier-ignore
    expect(() => generators.erdosRenyi({ nodes: 3, edges: 4 })).toThrow('edges must be an integer 0..3, got 4');
  });

  test('blocks: densities are those planted, features stand around the centre of their block', () => {
    const g = generators.stochasticBlockModel({ sizes: [60, 40], probabilities: [[0.3, 0.05], [0.05, 0.5]], features: { width: 8, signal: 3 } }); // prettier-ignore
    const type = g.nodeTypes!;
    const count = (a: number, b: number): number => Array.from(g.sources.keys()).filter((e) => type[g.sources[e]] === a && type[g.targets[e]] === b).length; // prettier-ignore
    expect(count(0, 0) / (60 * 59)).toBeCloseTo(0.3, 1);
    expect(count(0, 1) / 2400).toBeCloseTo(0.05, 1);
    expect(count(1, 1) / (40 * 39)).toBeCloseTo(0.5, 1);
    const { values, width } = g.nodeFeatures!;
    const mean = (block: number): number[] => Array.from({ length: width }, (_, f) => { const own = [...type.keys()].filter((v) => type[v] === block); return own.reduce((sum, v) => sum + values[v * width + f], 0) / own.length; }); // prettier-ignore
    [0, 1].forEach((block) => expect(Math.abs(Math.hypot(...mean(block)) - 3)).toBeLessThan(0.6));
    expect(() => generators.stochasticBlockModel({ sizes: [2, 2], probabilities: [[1, 0], [0.5, 1]] })).toThrow('graph.generators.stochasticBlockModel: probabilities must be symmetric, got [0,0.5]'); // prettier-ignore
    expect(() => generators.stochasticBlockModel({ sizes: [2, 2], probabilities: [[1]] })).toThrow('probabilities must be [2][2], with a block at least'); // prettier-ignore
  });
});

test('a family: what is derived follows from parents and marriages, and nobody is their own sibling or cousin', () => {
  const { graph: g, relations, isGiven } = generators.family({ couples: 3, generations: 3, children: 2, seed: 4 });
  const facts = new Set(Array.from(g.sources, (u, e) => `${u} ${relations[g.edgeTypes![e]]} ${g.targets[e]}`));
  expect(facts.size).toBe(g.numEdges);
  const has = (u: number, relation: (typeof relations)[number], v: number): boolean => facts.has(`${u} ${relation} ${v}`); // prettier-ignore
  const all = Array.from({ length: g.numNodes }, (_, v) => v);
  const through = (u: number, v: number, first: (typeof relations)[number], second: (typeof relations)[number]): boolean => all.some((w) => has(u, first, w) && has(w, second, v)); // prettier-ignore
  for (const u of all) {
    for (const v of all) {
      expect(has(u, 'childOf', v)).toBe(has(v, 'parentOf', u));
      expect(has(u, 'siblingOf', v)).toBe(u !== v && through(u, v, 'childOf', 'parentOf'));
      expect(has(u, 'grandparentOf', v)).toBe(through(u, v, 'parentOf', 'parentOf'));
      expect(has(u, 'uncleOrAuntOf', v)).toBe(through(u, v, 'siblingOf', 'parentOf'));
      expect(has(u, 'cousinOf', v)).toBe(all.some((w) => has(u, 'childOf', w) && all.some((x) => has(w, 'siblingOf', x) && has(x, 'parentOf', v)))); // prettier-ignore
      expect(has(u, 'marriedTo', v)).toBe(has(v, 'marriedTo', u));
      // Nobody marries a sibling.
      expect(has(u, 'marriedTo', v) && has(u, 'siblingOf', v)).toBe(false);
    }
  }
  expect(isGiven.filter(Boolean)).toHaveLength(Array.from(g.edgeTypes!).filter((type) => type < 2).length);
  expect(isGiven.filter(Boolean).length).toBeLessThan(g.numEdges / 2);
});

describe('epidemics', () => {
  const path = generators.path({ nodes: 6 });

  test('with certain infection SI spreads one edge a step, SEIR waits, SIR recovers', () => {
    const at = (model: graph.generators.EpidemicModel, options = {}) =>
      generators.epidemic(path, { model, infection: 1, steps: 3, source: 0, ...options }).states.map((state) => [...state].join('')); // prettier-ignore
    expect(at('SI')).toEqual(['200000', '220000', '222000', '222200']);
    expect(at('SIR', { recovery: 1 })).toEqual(['200000', '320000', '332000', '333200']);
    expect(at('SEIR', { incubation: 1, recovery: 0 })).toEqual(['200000', '210000', '220000', '221000']);
    expect(at('SIR', { infection: 0, recovery: 0 })).toEqual(new Array(4).fill('200000'));
  });

  test('only along direction; each infected neighbour has its chance; a source drawn by the seed', () => {
    const oneWay = graph.fromEdges({ numNodes: 2, edges: [[0, 1]] });
    expect([...generators.epidemic(oneWay, { infection: 1, steps: 5, source: 1 }).states[5]][0]).toBe(0);
    const star = generators.star({ leaves: 400 });
    const first = generators.epidemic(star, { infection: 0.3, recovery: 0, steps: 1, source: 0 }).states[1];
    expect(first.filter((state) => state === 2).length / 401).toBeCloseTo(0.3, 1);
    const sources = new Set([0, 1, 2, 3, 4, 5].map((seed) => generators.epidemic(star, { steps: 0, seed }).source));
    expect(sources.size).toBeGreaterThan(3);
    expect(() => generators.epidemic(path, { steps: 1, source: 6 })).toThrow('graph.generators.epidemic: source must be an integer 0..5, got 6'); // prettier-ignore
    expect(() => generators.epidemic(path, { steps: 1, infection: 2 })).toThrow('infection must be a number 0..1, got 2'); // prettier-ignore
  });
});

test.each([
  [() => generators.ring({ nodes: 2 }), 'graph.generators.ring: nodes must be an integer of at least 3, got 2'],
  [
    () => generators.cycles({ lengths: [3, 2] }),
    'graph.generators.cycles: lengths must be an integer of at least 3, got 2'
  ],
  [
    () => generators.grid({ rows: 2, columns: 3, periodic: true }),
    'graph.generators.grid: rows must be an integer of at least 3, got 2'
  ],
  [
    () => generators.circularSkipLink({ nodes: 10, skip: 5 }),
    'graph.generators.circularSkipLink: skip must be an integer 2..4, got 5'
  ],
  [() => generators.cayley({ modulus: 1 }), 'graph.generators.cayley: modulus must be an integer 2..64, got 1'],
  [() => generators.barbell({ clique: 1 }), 'graph.generators.barbell: clique must be an integer of at least 2, got 1']
])('%s is refused', (run, message) => expect(run).toThrow(message));
