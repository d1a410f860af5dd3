import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { graph } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { MEMBERS } from './members';

const FOLDER = join(import.meta.dirname, '../../../../kernel-lib/src/transform/rewire');
/** Files that rewire nothing themselves. */
const PARTS = ['editableGraph', 'index', 'kSubset', 'rewiring'];
const BARBELL = graph.generators.barbell({ clique: 6 });

/** Undirected edges, the lower node first. */
function pairs(g: graph.Graph): string[] {
  const all = Array.from(g.sources, (source, e) => [source, g.targets[e]]).filter(([a, b]) => a < b);
  return all.map(([a, b]) => `${a} ${b}`).sort();
}

/** A graph that has everything: weights, loops, parallel edges, features, types. */
function full(typed: boolean): graph.Graph {
  const edges: [number, number][] = [[0, 1], [0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [5, 3], [2, 2]]; // prettier-ignore
  return graph.fromEdges({
    numNodes: 6,
    edges,
    weights: [1, 2, 3, 4, 5, 6, 7, 8],
    edgeFeatures: edges.map((_, i) => [i, -i]),
    edgeTypes: typed ? [0, 1, 2, 0, 1, 2, 0, 1] : undefined,
    nodeFeatures: [[1], [2], [3], [4], [5], [6]], // prettier-ignore
    nodeTypes: [0, 1, 0, 1, 0, 1],
    undirected: true
  });
}

test('no way to rewire is left out of the battery', () => {
  const files = readdirSync(FOLDER).map((file) => file.replace('.ts', ''));
  expect(MEMBERS.map(({ file }) => file).sort()).toEqual(files.filter((file) => !PARTS.includes(file)).sort());
  MEMBERS.forEach(({ file }) => expect(graph.rewire).toHaveProperty(file));
});

describe.each(MEMBERS)('$file', ({ file, rewire, adds, removes = 0, connected, untyped, newNodes = 0 }) => {
  const where = `graph.rewire.${file}`;

  test('the report says what changed, and nothing else did; the input stays as it was', () => {
    const before = pairs(BARBELL);
    const { graph: after, report } = rewire(BARBELL, 1);
    const [added, removed] = [report.added, report.removed].map((edges) => edges.map(({ source, target }) => `${source} ${target}`)); // prettier-ignore
    expect([added.length, removed.length]).toEqual([adds, removes]);
    expect(added.filter((edge) => before.includes(edge))).toEqual([]);
    expect(removed.filter((edge) => !before.includes(edge))).toEqual([]);
    expect(pairs(after)).toEqual([...before.filter((edge) => !removed.includes(edge)), ...added].sort());
    expect(pairs(BARBELL)).toEqual(before);
    expect([report.method, report.input, report.output]).toEqual([where, BARBELL, after]);
    expect([report.before.edges, report.after.edges]).toEqual([31, 31 + adds - removes]);
    expect(after.numNodes).toBe(12 + newNodes);
    expect(after.undirected).toBe(true);
    const known = report.added.filter(({ met }) => met !== null);
    expect(report.criterionMet).toEqual({ met: known.filter(({ met }) => met).length, of: known.length });
    expect(report.criterion.length).toBeGreaterThan(20);
  });

  test('the same seed gives the same edges', () => {
    expect(rewire(BARBELL, 3).report.added).toEqual(rewire(BARBELL, 3).report.added);
  });

  test('edges that stay keep weight, features and type; added ones have weight 1, features 0 and types of their own', () => {
    const input = full(!untyped);
    const { graph: out, report } = rewire(input, 0);
    const gone = new Set(report.removed.map(({ source, target }) => `${source} ${target}`));
    const key = (g: graph.Graph, e: number): string =>
      [g.sources[e], g.targets[e], g.weights![e], ...g.edgeFeatures!.values.slice(2 * e, 2 * e + 2), g.edgeTypes?.[e] ?? 0].join(); // prettier-ignore
    const stays = (g: graph.Graph) => Array.from(g.sources.keys()).filter((e) => !gone.has(`${Math.min(g.sources[e], g.targets[e])} ${Math.max(g.sources[e], g.targets[e])}`)); // prettier-ignore
    const types = untyped ? 1 : 3;
    const isNew = (e: number): boolean => out.edgeTypes![e] >= types;
    const kept = Array.from(out.sources.keys()).filter((e) => !isNew(e));
    expect(kept.map((e) => key(out, e)).sort()).toEqual(stays(input).map((e) => key(input, e)).sort()); // prettier-ignore
    const fresh = Array.from(out.sources.keys()).filter(isNew);
    expect(fresh).toHaveLength(2 * report.added.length);
    fresh.forEach((e) => expect([out.weights![e], ...out.edgeFeatures!.values.slice(2 * e, 2 * e + 2)]).toEqual([1, 0, 0])); // prettier-ignore
    expect([...out.nodeFeatures!.values.slice(0, 6)]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...out.nodeTypes!.slice(0, 6)]).toEqual([0, 1, 0, 1, 0, 1]);
    expect(out.nodeTypes).toHaveLength(6 + newNodes);
  });

  test('a graph given as directed edges both ways is rewired as the undirected one', () => {
    const both = graph.fromEdges({ ...BARBELL.directedOptions });
    const [a, b] = [rewire(both, 2), rewire(BARBELL, 2)];
    expect(a.report.added).toEqual(b.report.added);
    expect(a.graph.numEdges).toBe(b.graph.numEdges);
    expect(pairs(a.graph)).toEqual(pairs(b.graph));
  });

  test('one node, no edges, isolated nodes, two components', () => {
    const one = rewire(graph.fromEdges({ numNodes: 1, edges: [] }), 0);
    expect(one.report.added).toHaveLength(newNodes);
    const apart = graph.fromEdges({ numNodes: 8, edges: [[0, 1], [1, 2], [2, 3], [3, 0], [4, 5], [5, 6]], undirected: true }); // prettier-ignore
    if (connected) {
      expect(() => rewire(apart, 0)).toThrow(`${where}: the graph must be connected, got 3 components`);
    } else {
      const { report } = rewire(apart, 0);
      expect(report.before).toMatchObject({ components: 3, totalResistance: Infinity, spectralGap: 0, diameter: 2 });
      report.added.forEach(({ value }) => expect(value).not.toBeNaN());
      expect([report.after.spectralGap, report.after.meanCurvature]).not.toContain(NaN);
    }
  });

  test('an edge one way, and a batch of graphs, are refused', () => {
    const oneWay = graph.fromEdges({ numNodes: 2, edges: [[0, 1]] });
    expect(() => rewire(oneWay, 0)).toThrow(`${where}: each edge of the graph must have its way back, got [0,1]`);
    const batch = graph.fromEdges({ numNodes: 4, edges: [[0, 1], [2, 3]], undirected: true, graphOf: [0, 0, 1, 1] }); // prettier-ignore
    expect(() => rewire(batch, 0)).toThrow(`${where}: rewires one graph, not a batch of them, got 2`);
  });
});
