import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spearman } from '../support/spearman';

const { generators, probes, rewire } = graph;

/** Small connected random graphs. */
function connected(count: number, nodes: (seed: number) => number): graph.Graph[] {
  const out: graph.Graph[] = [];
  for (let seed = 0; out.length < count; seed++) {
    const g = generators.erdosRenyi({ nodes: nodes(seed), probability: 0.35, seed });
    if (new Set(probes.components(g)).size === 1) {
      out.push(g);
    }
  }
  return out;
}

const withEdge = (g: graph.Graph, [u, v]: readonly number[]): graph.Graph => {
  const edges = Array.from(g.sources, (source, e): [number, number] => [source, g.targets[e]]).filter(([a, b]) => a < b); // prettier-ignore
  return graph.fromEdges({ numNodes: g.numNodes, edges: [...edges, [u, v]], undirected: true });
};

/** A graph convolution of random weights: `tanh(A x W)` for each layer, A the normalised adjacency with loops; entries of W have this scale. */
function convolution(
  g: graph.Graph,
  { layers, width, scale, seed = 0 }: { layers: number; width: number; scale: number; seed?: number }
) {
  const n = g.numNodes;
  const degree = Float64Array.from({ length: n }, (_, v) => 1 + g.incoming.starts[v + 1] - g.incoming.starts[v]);
  const a = new Float32Array(n * n);
  degree.forEach((d, v) => (a[v * n + v] = 1 / d));
  g.sources.forEach((u, e) => (a[g.targets[e] * n + u] = 1 / Math.sqrt(degree[u] * degree[g.targets[e]])));
  const random = core.Random.fromSeed(seed);
  return (x: tf.Tensor2D): tf.Tensor2D => {
    let h: tf.Tensor = x;
    for (let layer = 0; layer < layers; layer++) {
      const w = random.child(layer).uniform([h.shape[1]!, width], 0, scale) as tf.Tensor2D;
      h = tf
        .tensor2d(a, [n, n])
        .matMul(h as tf.Tensor2D)
        .matMul(w)
        .tanh();
    }
    return h as tf.Tensor2D;
  };
}

const small = (nodes: number): tf.Tensor2D => tf.tidy(() => core.Random.fromSeed(9).normal([nodes, 2]).mul(0.01)) as tf.Tensor2D; // prettier-ignore

describe('[total-effective-resistance-rewiring]', () => {
  test('each greedy edge is the best of all, by brute force on 12 graphs of up to 12 nodes', () => {
    for (const g of connected(12, (seed) => 6 + (seed % 7))) {
      const [{ source, target, value }] = rewire.effectiveResistance(g, { edges: 1 }).report.added;
      const before = probes.totalResistance(g);
      const totals = graph.splits
        .negatives(g, { count: (g.numNodes * (g.numNodes - 1)) / 2 - g.numEdges / 2 })
        .map((pair) => probes.totalResistance(withEdge(g, pair)));
      const after = probes.totalResistance(withEdge(g, [source, target]));
      expect(after).toBeCloseTo(Math.min(...totals), 8);
      expect(before - after).toBeCloseTo(value!, 8);
    }
  });

  test('the total falls at every step, and rank-one changes give what computing it anew does to 1e-6', () => {
    const g = generators.ringOfCliques({ cliques: 5, size: 4 });
    const { report } = rewire.effectiveResistance(g, { edges: 15 });
    const fallen = report.added.reduce((sum, { value }) => sum + value!, 0);
    expect(report.criterionMet).toEqual({ met: 15, of: 15 });
    expect(report.before.totalResistance! - report.after.totalResistance!).toBeCloseTo(fallen, 6);
    const values = report.added.map(({ value }) => value!);
    expect(Math.min(...values)).toBeGreaterThan(0);
    expect(probes.totalResistance(report.output)).toBeCloseTo(report.after.totalResistance!, 6);
  });

  test('over the bridge of a barbell twice as much gets through after two edges, and more than after two drawn ones', () => {
    const g = generators.barbell({ clique: 8, bridge: 1 });
    // Logarithm of the Jacobian's norm, the mean over all pairs of a node of each clique.
    const across = (each: graph.Graph): number => {
      const x = small(each.numNodes);
      const rows = probes.sensitivity(convolution(each, { layers: 4, width: 3, scale: 0.5 }), x, { targets: [9, 10, 11, 12, 13, 14, 15, 16] }); // prettier-ignore
      x.dispose();
      return rows.flatMap((row) => [...row.slice(0, 8)]).reduce((sum, norm) => sum + Math.log(norm), 0) / 64;
    };
    const greedy = across(rewire.effectiveResistance(g, { edges: 2 }).graph);
    expect(greedy - across(g)).toBeGreaterThan(Math.log(2));
    const drawn = [0, 1, 2, 3, 4].map((seed) => across(graph.splits.negatives(g, { count: 2, seed }).reduce((each, pair) => withEdge(each, pair), g))); // prettier-ignore
    expect(greedy).toBeGreaterThan(drawn.reduce((a, b) => a + b, 0) / drawn.length);
  });
});

describe('[laser]', () => {
  const graphs = [generators.grid({ rows: 5, columns: 6 }), generators.ringOfCliques({ cliques: 6, size: 4 }), generators.tree({ branching: 2, depth: 4 })]; // prettier-ignore

  test.each(graphs)(
    'graph %#: edges of snapshot l join nodes l + 1 apart, within the budget, and resistance falls with each',
    (g) => {
      const density = 0.2;
      const totals = [0, 1, 2, 3].map((snapshots) => {
        const { graph: out, report } = rewire.laser(g, { snapshots, density });
        report.added.forEach(({ source, target }) => {
          const e = Array.from(out.sources.keys()).find((edge) => out.sources[edge] === source && out.targets[edge] === target)!; // prettier-ignore
          expect(probes.hopDistances(g, source)[target]).toBe(out.edgeTypes![e] + 1);
          expect(out.edgeTypes![e]).toBeLessThanOrEqual(snapshots);
        });
        const shells = Array.from({ length: g.numNodes }, (_, node) => probes.hopDistances(g, node));
        const budget = shells
          .flatMap((hops) => Array.from({ length: snapshots }, (_, l) => hops.filter((h) => h === l + 2).length)) // prettier-ignore
          .reduce((sum, size) => sum + (size === 0 ? 0 : Math.max(1, Math.floor(density * size))), 0);
        expect(report.added.length).toBeLessThanOrEqual(budget);
        expect(report.added.length).toBeGreaterThanOrEqual(budget / 2);
        return report.after.totalResistance!;
      });
      totals.slice(1).forEach((total, i) => expect(total).toBeLessThan(totals[i]));
    }
  );

  test('nodes that are as needy are chosen in an order of each node, not all the same by all', () => {
    const leaves = 20;
    const star = graph.fromEdges({ numNodes: leaves + 1, edges: Array.from({ length: leaves }, (_, i) => [0, i + 1] as [number, number]), undirected: true }); // prettier-ignore
    const { added } = graph.rewire.laser(star, { snapshots: 1, density: 0.01 }).report;
    const times = Array.from({ length: leaves }, (_, i) => added.filter(({ source, target }) => source === i + 1 || target === i + 1).length); // prettier-ignore
    expect(added.length).toBeGreaterThan(leaves / 2);
    expect(Math.max(...times)).toBeLessThan(leaves / 2);
  });

  test('of the nodes at one distance a node is joined to that which the fewest walks lead to', () => {
    let different = 0;
    for (const g of connected(6, () => 12)) {
      const n = g.numNodes;
      // (A + 1)^3, written out.
      const step = (row: number[]): number[] => row.map((own, v) => own + Array.from(g.sources).reduce((sum, u, e) => sum + (g.targets[e] === v ? row[u] : 0), 0)); // prettier-ignore
      const walks = Array.from({ length: n }, (_, u) => step(step(step(Array.from({ length: n }, (_unused, v) => Number(u === v)))))); // prettier-ignore
      const shell = (u: number): number[] => [...probes.hopDistances(g, u).keys()].filter((v) => probes.hopDistances(g, u)[v] === 2); // prettier-ignore
      const least = (u: number): number => Math.min(...shell(u).map((v) => walks[u][v]));
      for (const { source, target, value } of rewire.laser(g, { snapshots: 1, density: 0, walks: 3 }).report.added) {
        expect(value).toBe(walks[source][target]);
        expect([least(source), least(target)]).toContain(value);
        different += Number(Math.max(...shell(source).map((v) => walks[source][v])) > value!);
      }
    }
    expect(different).toBeGreaterThan(10);
  });

  test('it stays nearer than spectral rewiring by as many edges', () => {
    for (const g of graphs) {
      const local = rewire.laser(g, { snapshots: 2, density: 0.05 }).report;
      const global = rewire.fosr(g, { edges: local.added.length }).report;
      const far = ({ added }: graph.rewire.RewiringReport): number => added.reduce((sum, { source, target }) => sum + probes.hopDistances(g, source)[target], 0) / added.length; // prettier-ignore
      expect(far(local)).toBeLessThan(far(global));
    }
  });
});

describe('[over-squashing-theory]', () => {
  const BARBELL = generators.barbell({ clique: 6, bridge: 2 });

  test('commute time is 2 |E| R, and that of a ring k (N - k) * 2', () => {
    const ring = probes.commuteTime(generators.ring({ nodes: 10 }));
    [1, 2, 5].forEach((k) => expect(ring[0][k]).toBeCloseTo((20 * k * (10 - k)) / 10, 8));
    const [commute, resistance] = [probes.commuteTime(BARBELL), probes.effectiveResistance(BARBELL)];
    commute.forEach((row, i) =>
      row.forEach((time, j) => expect(time).toBeCloseTo(BARBELL.numEdges * resistance[i][j], 8))
    );
  });

  test('Spearman of commute time and -log of the Jacobian is above 0.7 on a barbell; an expander has no such pairs', () => {
    const layers = 6;
    const pairs = (g: graph.Graph): [number[], number[]] => {
      const x = small(g.numNodes);
      const jacobian = probes.sensitivity(convolution(g, { layers, width: 3, scale: 0.5 }), x);
      x.dispose();
      const commute = probes.commuteTime(g);
      const all = jacobian.flatMap((row, v) => Array.from(row.keys()).filter((u) => u !== v).map((u) => [commute[v][u], -Math.log(row[u])])); // prettier-ignore
      return [all.map(([c]) => c), all.map(([, s]) => s)];
    };
    const [commute, squashed] = pairs(BARBELL);
    expect(squashed.every(Number.isFinite)).toBe(true);
    expect(spearman(commute, squashed)).toBeGreaterThan(0.7);
    const expander = pairs(generators.cayley({ modulus: 3 }));
    expect(Math.max(...expander[0])).toBeLessThan(Math.max(...commute) / 3);
    expect(Math.max(...expander[1]) - Math.min(...expander[1])).toBeLessThan(
      Math.max(...squashed) - Math.min(...squashed)
    );
  });

  test('width raises what crosses the bridge where weights keep their size; depth beyond the diameter makes it vanish where they are small', () => {
    const across = (width: number, layers: number): number => {
      const x = small(BARBELL.numNodes);
      const [row] = probes.sensitivity(convolution(BARBELL, { layers, width, scale: 0.25 }), x, { targets: [13] });
      x.dispose();
      return row[0];
    };
    expect(across(8, 5)).toBeGreaterThan(8 * across(4, 5));
    // Diameter 5: one layer less and nothing arrives.
    expect(across(4, 4)).toBe(0);
    expect(across(4, 10)).toBeLessThan(across(4, 5));
    expect(across(4, 40)).toBeLessThan(1e-3 * across(4, 10));
  });
});
