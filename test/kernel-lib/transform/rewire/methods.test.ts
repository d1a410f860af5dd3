import { graph } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const { generators, probes, rewire } = graph;
const BARBELL = generators.barbell({ clique: 4 });
const bridge = (g: graph.Graph): number => probes.balancedForman(g).find(({ source, target }) => source === 3 && target === 4)!.curvature; // prettier-ignore

describe('sdrf', () => {
  test("fault of SDRF's public code: the bridge of two K4 is what it relieves first, by the triangle that helps most", () => {
    const { graph: after, report } = rewire.sdrf(BARBELL, { steps: 1 });
    // A triangle gives 2/4 + 2/5 - 2 + 2/5 + 1/4, a 4-cycle only -1 + 2/4.
    expect(report.added).toEqual([{ source: 3, target: 5, value: -1, met: false }]);
    expect(bridge(after)).toBeCloseTo(-0.45, 12);
    expect([report.before.leastCurvature, report.after.leastCurvature]).toEqual([-1, bridge(after)]);
  });

  test('of all edges between the two neighbourhoods it adds that which raises the curvature most', () => {
    let notFirst = 0;
    for (const seed of [0, 1, 2, 3, 4, 5]) {
      const g = generators.erdosRenyi({ nodes: 14, probability: 0.25, seed });
      const before = probes.balancedForman(g);
      const narrow = before.reduce((a, b) => (b.curvature < a.curvature - 1e-12 ? b : a));
      const raised = (pair: [number, number]): number => {
        const edges = [...before.map(({ source, target }): [number, number] => [source, target]), pair];
        const after = probes.balancedForman(graph.fromEdges({ numNodes: 14, edges, undirected: true }));
        return after.find(({ source, target }) => source === narrow.source && target === narrow.target)!.curvature;
      };
      const ball = (v: number): number[] => Array.from(probes.hopDistances(g, v).keys()).filter((u) => [0, 1].includes(probes.hopDistances(g, v)[u])); // prettier-ignore
      const [near, far] = [ball(narrow.source), ball(narrow.target)];
      const all = near.flatMap((k) => far.filter((l) => probes.hopDistances(g, k)[l] > 1).map((l) => raised([k, l])));
      const [{ source, target }] = rewire.sdrf(g, { steps: 1 }).report.added;
      expect(raised([source, target])).toBeCloseTo(Math.max(...all), 10);
      notFirst += Number(all[0] < Math.max(...all) - 1e-9);
    }
    expect(notFirst).toBeGreaterThan(0);
  });

  test('the theorem holds of a bridge of degree 17 on: 4 / d < 1 / sqrt(d)', () => {
    const met = (clique: number): boolean | null => rewire.sdrf(generators.barbell({ clique }), { steps: 1 }).report.added[0].met; // prettier-ignore
    expect([met(16), met(17)]).toEqual([false, true]);
  });

  test('the edge of most curvature goes where it is above the bound, and one added may go again', () => {
    const { graph: after, report } = rewire.sdrf(BARBELL, { steps: 1, removeAbove: 1.3 });
    expect(report.removed).toHaveLength(1);
    expect(report.removed[0].value).toBeCloseTo(4 / 3, 12);
    expect(after.numEdges).toBe(BARBELL.numEdges);
    expect(rewire.sdrf(BARBELL, { steps: 1, removeAbove: 1.4 }).report.removed).toEqual([]);
    const back = rewire.sdrf(generators.path({ nodes: 3 }), { steps: 3, removeAbove: 1 }).report;
    expect(back.after.edges).toBe(2);
    const [added, removed] = [back.added, back.removed].map((edges) => edges.map(({ source, target }) => `${source} ${target}`)); // prettier-ignore
    expect(added.filter((edge) => removed.includes(edge))).toEqual([]);
  });

  test('a low temperature draws among all, a high one takes the best', () => {
    const chosen = (temperature: number): Set<string> =>
      new Set(Array.from({ length: 40 }, (_, seed) => rewire.sdrf(BARBELL, { steps: 1, temperature, seed }).report.added.map(({ source, target }) => `${source} ${target}`).join())); // prettier-ignore
    expect(chosen(0).size).toBeGreaterThan(8);
    // Six triangles are equally good.
    expect([...chosen(1000)].sort()).toEqual(['0 4', '1 4', '2 4', '3 5', '3 6', '3 7']);
  });

  test('ends where nothing can be added; options are checked', () => {
    expect(rewire.sdrf(generators.complete({ nodes: 3 }), { steps: 5 }).report.added).toEqual([]);
    expect(() => rewire.sdrf(BARBELL, { steps: -1 })).toThrow('graph.rewire.sdrf: steps must be an integer of at least 0, got -1'); // prettier-ignore
    expect(() => rewire.sdrf(BARBELL, { steps: 1, temperature: NaN })).toThrow('graph.rewire.sdrf: temperature must be at least 0'); // prettier-ignore
  });
});

describe('borf', () => {
  test('the bridge gets the edge that the plan pays most for: 3 hops across', () => {
    const { report } = rewire.borf(BARBELL, { batches: 1, add: 1 });
    expect(report.added).toHaveLength(1);
    const [{ source, target, value, met }] = report.added;
    expect([probes.hopDistances(BARBELL, source)[target], met]).toEqual([3, true]);
    expect(value).toBeCloseTo(-1, 12);
  });

  test('of mass that is as much, that which goes farther is worth more', () => {
    // Three neighbours a side; 2 and 5 are two apart, over 8, the other pairs three. Mass goes both ways.
    const edges: [number, number][] = [[0, 1], [0, 2], [0, 3], [0, 4], [1, 5], [1, 6], [1, 7], [2, 8], [8, 5]]; // prettier-ignore
    const g = graph.fromEdges({ numNodes: 9, edges, undirected: true });
    const [{ source, target }] = rewire.borf(g, { batches: 1, add: 1 }).report.added;
    expect(probes.hopDistances(g, source)[target]).toBe(3);
  });

  test('flat edges miss the criterion, and the most curved go', () => {
    // A wheel of 8: mass from rim to rim over a spoke goes one edge but for a 24th, which goes two.
    const rim = Array.from({ length: 8 }, (_, i): [number, number] => [i, (i + 1) % 8]);
    const wheel = graph.fromEdges({ numNodes: 9, edges: [...rim, ...rim.map(([i]): [number, number] => [i, 8])], undirected: true }); // prettier-ignore
    const { report } = rewire.borf(wheel, { batches: 1, add: 1 });
    expect(report.added[0].value).toBeCloseTo(1 - 19 / 24, 12);
    expect(report.criterionMet).toEqual({ met: 0, of: 1 });
    expect(rewire.borf(generators.ring({ nodes: 6 }), { batches: 1, add: 1 }).report.added).toEqual([]);
    const lollipop = graph.fromEdges({ numNodes: 5, edges: [[0, 1], [1, 2], [0, 2], [2, 3], [3, 4]], undirected: true }); // prettier-ignore
    const { removed } = rewire.borf(lollipop, { batches: 1, add: 0, remove: 1 }).report;
    expect(removed.map(({ source, target }) => [source, target])).toEqual([[0, 1]]);
    expect(() => rewire.borf(lollipop, { batches: 1, add: 0.5 })).toThrow('graph.rewire.borf: add must be an integer of at least 0, got 0.5'); // prettier-ignore
  });
});

describe('fosr', () => {
  test('joins the two cliques, and each edge says whether the gap really rose', () => {
    const { report } = rewire.fosr(BARBELL, { edges: 3 });
    report.added.forEach(({ source, target }) => expect([source < 4, target >= 4]).toEqual([true, true]));
    expect(report.after.spectralGap).toBeGreaterThan(report.before.spectralGap);
    const risen = report.added.reduce((sum, { value }) => sum + value!, 0);
    expect(report.after.spectralGap - report.before.spectralGap).toBeCloseTo(risen, 10);
  });

  test('the pair is that of least y_i y_j of the second eigenvector, once power steps have found it', () => {
    let degreesMatter = 0;
    for (const seed of [0, 1, 2, 3]) {
      const g = generators.stochasticBlockModel({ sizes: [9, 4], probabilities: [[0.5, 0.06], [0.06, 0.9]], seed }); // prettier-ignore
      if (new Set(probes.components(g)).size > 1) {
        continue;
      }
      const x = probes.laplacianSpectrum(g).vectors[1];
      const degree = Array.from({ length: g.numNodes }, (_, v) => g.incoming.starts[v + 1] - g.incoming.starts[v]);
      const products = (y: Float64Array): number[] => graph.splits.negatives(g, { count: 78 - g.numEdges / 2 }).map(([i, j]) => y[i] * y[j]); // prettier-ignore
      const y = x.map((value, v) => value / Math.sqrt(degree[v] + 1));
      const [{ source, target }] = rewire.fosr(g, { edges: 1, initialSteps: 2000 }).report.added;
      expect(y[source] * y[target]).toBeCloseTo(Math.min(...products(y)), 8);
      degreesMatter += Number(x[source] * x[target] > Math.min(...products(x)) + 1e-6);
    }
    expect(degreesMatter).toBeGreaterThan(0);
  });

  test('two components are joined; ends where the graph is complete', () => {
    const apart = rewire.fosr(generators.cycles({ lengths: [4, 4] }), { edges: 1, initialSteps: 100 }).report;
    expect(apart.after.components).toBe(1);
    expect(rewire.fosr(generators.path({ nodes: 4 }), { edges: 10 }).report.after.edges).toBe(6);
  });
});

describe('expander', () => {
  test('whole Cayley graphs are 4-regular with a gap that stays; cut ones may lose it', () => {
    const {
      expander,
      expanderGap,
      graph: after
    } = rewire.expander(generators.ring({ nodes: 100 }), { complete: true });
    expect([expander.numNodes, expander.numEdges, after.numNodes]).toEqual([120, 480, 120]);
    const gaps = [3, 5, 7].map((modulus) => probes.spectralGap(generators.cayley({ modulus })));
    gaps.forEach((gap) => expect(gap).toBeGreaterThan(0.1));
    expect(expanderGap).toBeCloseTo(gaps[1], 10);
    const { report } = rewire.expander(generators.ring({ nodes: 100 }));
    expect(report.after.diameter).toBeLessThan(12);
    expect(report.before.diameter).toBe(50);
  });

  test('orders of SL(2, Z_n): n^3 times the product of 1 - 1/p^2', () => {
    expect([2, 3, 4, 5, 6].map((modulus) => generators.cayley({ modulus }).numNodes)).toEqual([6, 24, 48, 120, 144]);
  });
});

describe('delay', () => {
  test('on a path, edges of type k - 1 are the pairs k apart, and layer t reads state t - max(k - nu, 0)', () => {
    const path = generators.path({ nodes: 6 });
    const { graph: out, schedule } = rewire.delay(path, { layers: 3, delay: 1 });
    const at = (type: number): string[] => Array.from(out.sources.keys()).filter((e) => out.edgeTypes![e] === type && out.sources[e] < out.targets[e]).map((e) => `${out.sources[e]} ${out.targets[e]}`).sort(); // prettier-ignore
    expect([0, 1, 2, 3].map(at)).toEqual([
      ['0 1', '1 2', '2 3', '3 4', '4 5'],
      ['0 2', '1 3', '2 4', '3 5'],
      ['0 3', '1 4', '2 5'],
      []
    ]);
    expect(schedule.map((shells) => shells.map(({ hops, delay, state }) => [hops, delay, state]))).toEqual([
      [[1, 0, 0]],
      [[1, 0, 1], [2, 1, 0]], // prettier-ignore
      [[1, 0, 2], [2, 1, 1], [3, 2, 0]] // prettier-ignore
    ]);
    const none = rewire.delay(path, { layers: 3, delay: Infinity }).schedule;
    expect(none[2].map(({ state }) => state)).toEqual([2, 2, 2]);
  });

  test.each([
    [1, 3],
    [Infinity, 6]
  ])('with delay %d information goes %d hops in three layers', (delay, radius) => {
    const g = generators.path({ nodes: 9 });
    const { graph: out, schedule } = rewire.delay(g, { layers: 3, delay });
    const states = [Array.from({ length: 9 }, (_, v) => Number(v === 0))];
    schedule.forEach((shells, t) => {
      const next = [...states[t]];
      shells.forEach(({ hops, state }) =>
        out.sources.forEach(
          (source, e) => out.edgeTypes![e] === hops - 1 && (next[out.targets[e]] += states[state][source])
        )
      );
      states.push(next);
    });
    expect(states[3].map((value) => value > 0)).toEqual(Array.from({ length: 9 }, (_, v) => v <= radius));
  });

  test('types of edges are refused', () => {
    const typed = graph.fromEdges({ numNodes: 2, edges: [[0, 1]], edgeTypes: [1], undirected: true });
    expect(() => rewire.delay(typed, { layers: 1 })).toThrow('graph.rewire.delay: types of edges are distances, the graph must have none, got 1 types'); // prettier-ignore
  });
});

test('virtual nodes are beside all: no two nodes are more than two apart', () => {
  const { graph: out, report } = rewire.virtualNode(generators.path({ nodes: 9 }), { count: 2 });
  expect([out.numNodes, report.added.length, report.after.diameter]).toEqual([11, 18, 2]);
  expect(rewire.virtualNode(generators.path({ nodes: 3 }), { count: 0 }).report.added).toEqual([]);
});
