import { graph } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { graphPackages } from '../../../support/graphPackages';

const { npm, python } = graphPackages();
const { packaged } = graph.read;

test('the nouns of WordNet 3.1 in one piece, with 26 files, and one top', () => {
  const { graph: g, words, glosses, nodeTypeNames } = packaged('wordnet', { folder: npm });
  const instances = g.edgeTypes!.filter((type) => type === 1).length;
  expect([g.numNodes, g.numEdges - instances, instances, nodeTypeNames.length]).toEqual([82192, 75916, 8589, 26]);
  expect(new Set(graph.probes.components(g)).size).toBe(1);
  expect([words[1], glosses[1]]).toEqual([['physical entity'], 'an entity that has physical existence']); // prettier-ignore
  // Each way up ends at "entity", the only node that nothing is above.
  const top = Array.from(g.outgoing.starts.keys()).filter((v) => v < g.numNodes && g.outgoing.starts[v] === g.outgoing.starts[v + 1]); // prettier-ignore
  expect(top.map((node) => words[node])).toEqual([['entity']]); // prettier-ignore
});

test('3,231 counties, 8,944 pairs that border, mostly within a state; neighbours are alike in unemployment', () => {
  const { graph: g, unemployment, nodeTypeNames } = packaged('us-counties', { folder: npm });
  expect([g.numNodes, g.numEdges / 2, nodeTypeNames.length, unemployment.filter((rate) => rate === null).length]).toEqual([3231, 8944, 56, 19]); // prettier-ignore
  expect(graph.probes.edgeHomophily(g, g.nodeTypes!)).toBeCloseTo(0.864, 3);
  const pairs = Array.from(g.sources, (u, e) => [unemployment[u], unemployment[g.targets[e]]]).filter((pair): pair is [number, number] => !pair.includes(null)); // prettier-ignore
  const mean = pairs.reduce((sum, [a]) => sum + a, 0) / pairs.length;
  const product = (f: (pair: [number, number]) => number): number => pairs.reduce((sum, pair) => sum + f(pair), 0);
  expect(product(([a, b]) => (a - mean) * (b - mean)) / product(([a]) => (a - mean) ** 2)).toBeGreaterThan(0.5);
});

test('305 airports and 5,366 routes, 19 of 20 with a way back', () => {
  const { graph: g, names } = packaged('air-routes', { folder: npm });
  expect([g.numNodes, g.numEdges]).toEqual([305, 5366]);
  const routes = new Set(Array.from(g.sources, (u, e) => `${u} ${g.targets[e]}`));
  expect([...routes].filter((route) => routes.has(route.split(' ').reverse().join(' ')))).toHaveLength(5064);
  const most = Array.from(graph.degrees(g)).reduce((best, degree, node, all) => (degree > all[best] ? node : best), 0);
  expect(names[most]).toBe('ATL');
});

test('188 molecules of MUTAG, 125 of which make mutations, and 267 signs of 30 kinds', () => {
  const { graphs, labels, labelNames } = packaged('mutag', { folder: python });
  const all = graph.batch(graphs);
  expect([all.numGraphs, all.numNodes, all.numEdges, all.nodeFeatures!.width, all.edgeFeatures!.width]).toEqual([188, 3371, 7442, 7, 4]); // prettier-ignore
  expect([labelNames, labels.filter((label) => label === 1).length]).toEqual([['-1', '1'], 125]); // prettier-ignore
  const signs = packaged('cuneiform', { folder: python });
  expect([signs.graphs.length, signs.labelNames.length, graph.batch(signs.graphs).numNodes]).toEqual([267, 30, 5680]);
});

test('neurons of both halves of a fly by four kinds, and brains of 32 mice of four genotypes', () => {
  const [left, right] = (['left', 'right'] as const).map((side) => packaged(`fly-connectome-${side}`, { folder: python })); // prettier-ignore
  expect([left.graph.numNodes, left.graph.numEdges, right.graph.numNodes, right.graph.numEdges]).toEqual([209, 7425, 213, 7536]); // prettier-ignore
  expect([left.nodeTypeNames, right.nodeTypeNames]).toEqual([['I', 'K', 'O', 'P'], ['I', 'K', 'O', 'P']]); // prettier-ignore
  const mice = packaged('mouse-connectomes', { folder: python });
  expect([mice.graphs.length, ...new Set(mice.graphs.map(({ numNodes }) => numNodes))]).toEqual([32, 332]);
  expect([0, 1, 2, 3].map((label) => mice.labels.filter((each) => each === label).length)).toEqual([8, 8, 8, 8]);
});

test.each([
  ['nations', 14, 55, [1592, 199, 201]],
  ['kinships', 104, 25, [8544, 1068, 1074]],
  ['umls', 135, 46, [5216, 652, 661]]
] as const)('knowledge graph of %s: %i entities, %i relations', (name, entities, relations, parts) => {
  const { graph: g, edgeTypeNames, training, split } = packaged(name, { folder: python });
  expect([g.numNodes, edgeTypeNames.length, Object.values(split).map((part) => part.length)]).toEqual([entities, relations, parts]); // prettier-ignore
  expect(training.numEdges).toBe(parts[0]);
});
