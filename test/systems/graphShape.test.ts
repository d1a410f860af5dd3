import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { pearson } from '../support/spearman';

const { embed, generators, probes, samplers } = graph;
const block = (sizes: number[], within: number, between: number, seed = 0) =>
  generators.stochasticBlockModel({ sizes, probabilities: sizes.map((_, a) => sizes.map((_unused, b) => (a === b ? within : between))), seed }); // prettier-ignore
const rowsOf = ({ values, width }: { values: Float32Array; width: number }): number[][] =>
  Array.from({ length: values.length / width }, (_, i) => Array.from(values.subarray(i * width, (i + 1) * width)));

/** Share of nodes that the nearest mean of a labelled half puts into their class. */
function probe(rows: readonly number[][], classes: ArrayLike<number>): number {
  const unit = rows.map((row) => row.map((value) => value / (Math.hypot(...row) || 1)));
  const train = unit.map((_, i) => i).filter((i) => i % 2 === 0);
  const means = [...new Set(Array.from(classes))].map((c) => {
    const own = train.filter((i) => classes[i] === c);
    return { c, mean: unit[0].map((_, f) => own.reduce((sum, i) => sum + unit[i][f], 0) / own.length) };
  });
  const test = unit.map((_, i) => i).filter((i) => i % 2 === 1);
  const right = test.filter((i) => {
    const near = ({ mean }: (typeof means)[number]): number => mean.reduce((sum, value, f) => sum + (value - unit[i][f]) ** 2, 0); // prettier-ignore
    return means.reduce((a, b) => (near(b) < near(a) ? b : a)).c === classes[i];
  });
  return right.length / test.length;
}

describe('[fastrp]', () => {
  test('equals the sum over powers of the transition matrix, written out, to 1e-5; powers are additive in the weights', () => {
    const g = graph.fromEdges({ numNodes: 6, edges: [[0, 1], [1, 2], [2, 0], [2, 3], [3, 4]], weights: [1, 2, 0.5, 1, 3], undirected: true }); // prettier-ignore
    const options = { dim: 8, beta: -0.7, seed: 5 };
    const [first, second, third] = [[1], [0, 1], [0, 0, 1]].map((weights) => rowsOf(embed.fastRP(g, { ...options, weights }))); // prettier-ignore
    const together = rowsOf(embed.fastRP(g, { ...options, weights: [0.3, -1, 2] }));
    together.forEach((row, i) =>
      row.forEach((value, f) => expect(value).toBeCloseTo(0.3 * first[i][f] - second[i][f] + 2 * third[i][f], 4))
    );
    const dense = Array.from({ length: 6 }, () => new Array<number>(6).fill(0));
    g.sources.forEach((u, e) => (dense[g.targets[e]][u] += g.weightOf(e)));
    const walk = dense.map((row) => row.map((w) => w / (row.reduce((a, b) => a + b, 0) || 1)));
    const times = (rows: number[][]): number[][] => walk.map((row) => rows[0].map((_, f) => row.reduce((sum, p, j) => sum + p * rows[j][f], 0))); // prettier-ignore
    times(first).forEach((row, i) => row.forEach((value, f) => expect(second[i][f]).toBeCloseTo(value, 5)));
    times(second).forEach((row, i) => row.forEach((value, f) => expect(third[i][f]).toBeCloseTo(value, 5)));
    expect(first[5]).toEqual(new Array(8).fill(0));
  });

  test('the projection is sparse, of variance 1, and scaled by the power of degree', () => {
    // Over one edge each node shows the other's row of L R.
    const pairs = graph.fromEdges({ numNodes: 400, edges: Array.from({ length: 200 }, (_, i): [number, number] => [2 * i, 2 * i + 1]), undirected: true }); // prettier-ignore
    const values = embed.fastRP(pairs, { dim: 32, weights: [1], beta: 0, sparsity: 3 }).values;
    const share = values.filter((value) => value === 0).length / values.length;
    expect(share).toBeCloseTo(2 / 3, 1);
    expect(values.reduce((sum, value) => sum + value * value, 0) / values.length).toBeCloseTo(1, 1);
    const scaled = embed.fastRP(pairs, { dim: 32, weights: [1], beta: 2, sparsity: 3 }).values;
    scaled.forEach((value, i) => expect(value).toBeCloseTo(values[i] / 400 ** 2, 8));
  });

  test('a linear probe on four blocks beats random features by far; the same seed is the same', () => {
    const g = block([60, 60, 60, 60], 0.15, 0.02);
    const made = embed.fastRP(g, { dim: 64, seed: 1 });
    expect(made).toEqual(embed.fastRP(g, { dim: 64, seed: 1 }));
    const found = probe(rowsOf(made), g.nodeTypes!);
    const random = core.Random.fromSeed(1).normal([240, 64]);
    const raw = probe(rowsOf({ values: random.dataSync() as Float32Array, width: 64 }), g.nodeTypes!);
    random.dispose();
    expect(found).toBeGreaterThan(0.9);
    expect(raw).toBeLessThan(0.45);
  });
});

/** A graph isomorphism network of random weights: rows of the nodes after three sums over neighbours. */
function isomorphismNetwork(g: graph.Graph): number[][] {
  return tf.tidy(() => {
    const random = core.Random.fromSeed(4);
    const adjacency = new Float32Array(g.numNodes ** 2);
    g.sources.forEach((u, e) => (adjacency[g.targets[e] * g.numNodes + u] += 1));
    const a = tf.tensor2d(adjacency, [g.numNodes, g.numNodes]);
    let h = tf.ones([g.numNodes, 4]) as tf.Tensor2D;
    for (let layer = 0; layer < 3; layer++) {
      const w = random.child(layer).normal([4, 4]) as tf.Tensor2D;
      h = h.add<tf.Tensor2D>(a.matMul(h)).matMul<tf.Tensor2D>(w).mul<tf.Tensor2D>(0.3).tanh();
    }
    return h.arraySync();
  });
}

describe('[1-wl-is-all-you-need]', () => {
  const graphs = Array.from({ length: 40 }, (_, seed) => generators.erdosRenyi({ nodes: 5, edges: 5, seed }));

  test('C6 and 2 x C3 share their colours; of random graphs of 12 nodes 99 pairs of 100 and more do not', () => {
    expect(probes.wlDistinguishes(generators.cycles({ lengths: [6] }), generators.cycles({ lengths: [3, 3] }), { features: false })).toBe(false); // prettier-ignore
    const drawn = Array.from({ length: 201 }, (_, seed) =>
      generators.erdosRenyi({ nodes: 12, probability: 0.4, seed })
    );
    const apart = drawn.slice(1).filter((g, i) => probes.wlDistinguishes(drawn[i], g)).length;
    expect(apart / 200).toBeGreaterThanOrEqual(0.99);
  });

  test('a graph isomorphism network never splits a colour, and splits most colours from each other', () => {
    const { colours, count } = probes.wlColours(graphs, { rounds: 3 });
    const byColour = new Map<number, string[]>();
    graphs.forEach((g, i) => isomorphismNetwork(g).forEach((row, v) => byColour.set(colours[i][v], [...(byColour.get(colours[i][v]) ?? []), row.map((value) => value.toFixed(4)).join()]))); // prettier-ignore
    byColour.forEach((rows) => expect(new Set(rows).size).toBe(1));
    expect(new Set([...byColour.values()].map(([row]) => row)).size).toBeGreaterThan(0.95 * count);
  });

  test('the bound of classes is at least what the best reader of such a network attains, and falls where classes are drawn', () => {
    for (const seed of [0, 1, 2]) {
      const next = core.Random.fromSeed(seed).generator();
      const classes = graphs.map(() => Math.floor(3 * next()));
      const bound = probes.wlAccuracyBound(graphs, classes);
      const groups = new Map<string, number[]>();
      graphs.forEach((g, i) => {
        const key = isomorphismNetwork(g).map((row) => row.map((value) => value.toFixed(4)).join()).sort().join(';'); // prettier-ignore
        groups.set(key, [...(groups.get(key) ?? []), classes[i]]);
      });
      const best = [...groups.values()].reduce((sum, of) => sum + Math.max(...[0, 1, 2].map((c) => of.filter((each) => each === c).length)), 0); // prettier-ignore
      expect(bound).toBeGreaterThanOrEqual(best / graphs.length);
      expect(bound).toBeLessThan(0.9);
    }
    expect(probes.wlAccuracyBound(graphs, graphs.map(() => 0))).toBe(1); // prettier-ignore
  });
});

describe('[orbit-adjacency-gradco]', () => {
  const BY_HAND: Record<string, [graph.Graph, Record<string, number>]> = {
    // Sum of each matrix of one graphlet alone.
    'a path of four': [generators.path({ nodes: 4 }), { '4-4 (3)': 2, '4-5 (1)': 2, '4-5 (2)': 2, '5-4 (1)': 2, '5-5 (1)': 2 }], // prettier-ignore
    'a 4-cycle': [generators.ring({ nodes: 4 }), { '8-8 (1)': 8, '8-8 (2)': 4 }],
    'a claw': [generators.star({ leaves: 3 }), { '6-6 (2)': 6, '6-7 (1)': 3, '7-6 (1)': 3 }],
    K4: [generators.complete({ nodes: 4 }), { '14-14 (1)': 12, '3-3 (1)': 24, '0-0 (1)': 12 }]
  };

  test.each(Object.keys(BY_HAND))('%s by hand', (name) => {
    const [g, sums] = BY_HAND[name];
    const found = Object.fromEntries(probes.orbitAdjacency(g).map(({ name: pair, entries }) => [pair, entries.reduce((sum, { count }) => sum + count, 0)])); // prettier-ignore
    expect(found).toMatchObject(sums);
  });

  test('28 matrices equal a count of all induced subgraphs, on 50 random graphs; orbit degrees are their row sums', () => {
    for (let seed = 0; seed < 50; seed++) {
      const g = generators.erdosRenyi({ nodes: 5 + (seed % 6), probability: 0.45, seed });
      const all = probes.orbitAdjacency(g);
      expect(all).toHaveLength(28);
      const expected = bruteForce(g);
      const found = new Map(all.flatMap(({ name, entries }) => entries.map(({ row, column, count }) => [`${name} ${row} ${column}`, count]))); // prettier-ignore
      expect([...found].sort()).toEqual([...expected].sort());
      // Pairs of one orbit are symmetric, those of two are each other's transpose.
      all.forEach(({ orbits: [a, b], hops, entries }) => {
        const other = all.find((each) => each.orbits[0] === b && each.orbits[1] === a && each.hops === hops)!;
        const key = (flip: boolean) => (each: { row: number; column: number; count: number }): string => (flip ? `${each.column} ${each.row} ${each.count}` : `${each.row} ${each.column} ${each.count}`); // prettier-ignore
        expect(entries.map(key(false)).sort()).toEqual(other.entries.map(key(true)).sort());
      });
      // A node on a claw's centre has three leaves: the row sum is three times how often it is there.
      const centre = all.find(({ name }) => name === '7-6 (1)')!.entries;
      const claws = [...bruteCounts(g).entries()].filter(([key]) => key.startsWith('7 '));
      claws.forEach(([key, count]) => expect(centre.filter(({ row }) => row === Number(key.slice(2))).reduce((sum, each) => sum + each.count, 0)).toBe(3 * count)); // prettier-ignore
    }
  });

  test('5 matrices up to three nodes; more than four is refused', () => {
    expect(probes.orbitAdjacency(generators.path({ nodes: 3 }), { maxNodes: 3 })).toHaveLength(5);
    expect(() => probes.orbitAdjacency(generators.path({ nodes: 3 }), { maxNodes: 5 })).toThrow('graph.probes.orbitAdjacency: maxNodes must be an integer 2..4, got 5'); // prettier-ignore
  });
});

/** Connected induced subgraphs of 2 to 4 nodes, each node's orbit named by degrees: of a graphlet, and of the nodes beside it. */
function subgraphs(g: graph.Graph): { nodes: number[]; near: Map<number, number[]>; orbit: Map<number, number> }[] {
  const joined = new Set(Array.from(g.sources, (u, e) => `${u} ${g.targets[e]}`));
  const table: Record<string, number> = {
    '11|1': 0,
    '112|1': 1,
    '112|2': 2,
    '222|2': 3,
    '1122|1': 4,
    '1122|2': 5,
    '1113|1': 6,
    '1113|3': 7,
    '2222|2': 8,
    '1223|1': 9,
    '1223|2': 10,
    '1223|3': 11,
    '2233|2': 12,
    '2233|3': 13,
    '3333|3': 14 // prettier-ignore
  };
  const out: ReturnType<typeof subgraphs> = [];
  for (let mask = 1; mask < 1 << g.numNodes; mask++) {
    const nodes = Array.from({ length: g.numNodes }, (_, v) => v).filter((v) => mask & (1 << v));
    if (nodes.length < 2 || nodes.length > 4) {
      continue;
    }
    const near = new Map(nodes.map((v) => [v, nodes.filter((u) => joined.has(`${u} ${v}`))]));
    const degrees = nodes.map((v) => near.get(v)!.length);
    const shape = [...degrees].sort().join('');
    if (table[`${shape}|${degrees[0]}`] !== undefined) {
      out.push({ nodes, near, orbit: new Map(nodes.map((v, i) => [v, table[`${shape}|${degrees[i]}`]])) });
    }
  }
  return out;
}

function bruteForce(g: graph.Graph): Map<string, number> {
  const out = new Map<string, number>();
  for (const { nodes, near, orbit } of subgraphs(g)) {
    for (const u of nodes) {
      for (const v of nodes.filter((each) => each !== u)) {
        const hops = near.get(u)!.includes(v) ? 1 : near.get(u)!.some((w) => near.get(w)!.includes(v)) ? 2 : 3;
        const key = `${orbit.get(u)}-${orbit.get(v)} (${hops}) ${u} ${v}`;
        out.set(key, (out.get(key) ?? 0) + 1);
      }
    }
  }
  return out;
}

function bruteCounts(g: graph.Graph): Map<string, number> {
  const out = new Map<string, number>();
  subgraphs(g).forEach(({ orbit }) => orbit.forEach((o, v) => out.set(`${o} ${v}`, (out.get(`${o} ${v}`) ?? 0) + 1)));
  return out;
}

describe('[topological-concentration]', () => {
  test('of two hops overlaps count less the further they are, by hand on a path of four', () => {
    // Weights 1, 1/2, 1/2 and 1/4. Of 1 and 2: nothing in common at one hop, all else; of 0 and 1: 0 has none at one hop, and node 2 at two.
    const found = probes.topologicalConcentration(generators.path({ nodes: 4 }), { hops: 2, decay: 0.5 });
    [1 / 3, 4 / 9, 4 / 9, 1 / 3].forEach((value, node) => expect(found[node]).toBeCloseTo(value, 12));
  });

  test('all nodes of a clique have 1, leaves of a star 0, an isolated node 0; a triangle with a tail by hand', () => {
    expect([...probes.topologicalConcentration(generators.complete({ nodes: 5 }))]).toEqual([1, 1, 1, 1, 1]);
    expect([...probes.topologicalConcentration(generators.star({ leaves: 4 }))]).toEqual([0, 0, 0, 0, 0]);
    expect([...probes.topologicalConcentration(graph.fromEdges({ numNodes: 1, edges: [] }))]).toEqual([0]);
    const tail = graph.fromEdges({ numNodes: 4, edges: [[0, 1], [1, 2], [0, 2], [2, 3]], undirected: true }); // prettier-ignore
    // 0 with 1: both have 2. 0 with 2: {1} in {1, 3}, over the smaller. 2 with 3: 3 has none but 2.
    [1, 1, 2 / 3, 0].forEach((value, v) => expect(probes.topologicalConcentration(tail)[v]).toBeCloseTo(value, 12));
  });

  test('its estimate by random vectors comes nearer as their width doubles', () => {
    const g = block([40, 40, 40], 0.25, 0.02);
    const exact = [...probes.topologicalConcentration(g)];
    const near = [8, 64, 512, 4096].map((dim) => pearson(exact, [...probes.topologicalConcentration(g, { method: 'projection', dim, seed: 3 })])); // prettier-ignore
    near.slice(1).forEach((value, i) => expect(value).toBeGreaterThan(near[i]));
    expect(near[3]).toBeGreaterThan(0.98);
  });

  test('correlates with how well links of a node are ranked, more than its degree does', () => {
    // Blocks of different density: where links close triangles, common neighbours rank them.
    const g = generators.stochasticBlockModel({ sizes: [60, 60], probabilities: [[0.35, 0.02], [0.02, 0.03]], seed: 1 }); // prettier-ignore
    const { train, test } = graph.splits.links(g, { validation: 0, test: 0.2, seed: 0 });
    const near = Array.from({ length: 120 }, (_, v) => new Set(Array.from(train.messages.sources.keys()).filter((e) => train.messages.targets[e] === v).map((e) => train.messages.sources[e]))); // prettier-ignore
    const score = (u: number, v: number): number => [...near[u]].filter((w) => near[v].has(w)).length;
    const hits = near.map((_, u) => {
      const own = test.positives.filter((pair) => pair.includes(u)).map(([a, b]) => (a === u ? b : a));
      const others = near.map((_unused, v) => v).filter((v) => v !== u && !near[u].has(v) && !own.includes(v));
      return own.length === 0 ? NaN : graph.metrics.hitsAtK(own.map((v) => score(u, v)), others.map((v) => score(u, v)), 10); // prettier-ignore
    });
    const known = hits.flatMap((value, v) => (Number.isNaN(value) ? [] : [v]));
    const of = (values: ArrayLike<number>): number => pearson(known.map((v) => values[v]), known.map((v) => hits[v])); // prettier-ignore
    const [concentration, degree] = [of(probes.topologicalConcentration(train.messages)), of(near.map(({ size }) => size))]; // prettier-ignore
    expect(concentration).toBeGreaterThan(0.3);
    expect(concentration).toBeGreaterThan(degree);
  });
});

describe('[bemap]', () => {
  /** Groups that are not evenly among neighbours. */
  const biased = () => {
    const g = block([60, 60], 0.2, 0.05, 3);
    return { g, groups: Array.from(g.nodeTypes!) };
  };
  const counts = (g: graph.Graph, groups: readonly number[], v: number): number[] =>
    [0, 1].map((group) => Array.from(g.sources.keys()).filter((e) => g.targets[e] === v && groups[g.sources[e]] === group).length); // prettier-ignore

  test('neighbours of both groups come as often, as many as there are of the fewer; those of one group all stay', () => {
    const { g, groups } = biased();
    const drawn = samplers.balancedNeighbours(g, { groups });
    for (let v = 0; v < g.numNodes; v++) {
      const [before, after] = [counts(g, groups, v), counts(drawn, groups, v)];
      const least = Math.min(...before);
      expect(after).toEqual(least === 0 ? before : [least, least]);
    }
    const other = samplers.balancedNeighbours(g, { groups, seed: 1 });
    expect([...other.sources]).not.toEqual([...drawn.sources]);
    expect([...samplers.balancedNeighbours(g, { groups }).sources]).toEqual([...drawn.sources]);
    expect(() => samplers.balancedNeighbours(g, { groups: [0] })).toThrow('graph.samplers.balancedNeighbours: there must be a group for each of the 120 nodes, got 1'); // prettier-ignore
  });

  test('a loop is kept, and is nobody of its group', () => {
    const g = graph.fromEdges({ numNodes: 4, edges: [[0, 0], [1, 0], [2, 0], [3, 0]] }); // prettier-ignore
    // Beside its loop node 0 hears one of group 0 and two of group 1: one of each is kept.
    const drawn = samplers.balancedNeighbours(g, { groups: [1, 0, 1, 1] });
    expect(drawn.numEdges).toBe(3);
    expect([...drawn.sources].filter((source) => source === 0)).toHaveLength(1);
    expect([...drawn.sources]).toContain(1);
  });

  test('the gap of demographic parity that aggregation makes shrinks, and accuracy by a neutral feature hardly', () => {
    const { g, groups } = biased();
    const next = core.Random.fromSeed(2).generator();
    // The class is drawn apart from the group; the feature shows the class, and the group as well.
    const classes = groups.map(() => Number(next() < 0.5));
    const features = groups.map((group, v) => 2 * (classes[v] - 0.5) + 1.5 * (group - 0.5) + (next() - 0.5));
    const measure = (each: graph.Graph): { gap: number; accuracy: number } => {
      const logits = groups.map((_, v) => {
        const own = Array.from(each.sources.keys()).filter((e) => each.targets[e] === v).map((e) => features[each.sources[e]]); // prettier-ignore
        return features[v] + own.reduce((a, b) => a + b, 0) / Math.max(1, own.length);
      });
      const positive = (group: number): number => logits.filter((z, v) => groups[v] === group && z > 0).length / 60;
      return { gap: Math.abs(positive(0) - positive(1)), accuracy: logits.filter((z, v) => Number(z > 0) === classes[v]).length / 120 }; // prettier-ignore
    };
    const [plain, balanced] = [measure(g), measure(samplers.balancedNeighbours(g, { groups }))];
    expect(plain.gap).toBeGreaterThan(balanced.gap + 0.1);
    expect(balanced.accuracy).toBeGreaterThan(plain.accuracy - 0.02);
  });
});
