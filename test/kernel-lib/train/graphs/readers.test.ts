import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { graph } from '@switchyard/kernel-lib';
import { afterAll, describe, expect, test } from 'vitest';

const { read } = graph;
const ROOT = join(import.meta.dirname, '../../../..');

interface Files {
  edges: [string, string, number][];
  graphml: string;
  gexf: string;
  nodeLink: object;
  edgeList: string | null;
}

const { files } = JSON.parse(readFileSync(join(ROOT, 'test/parity/fixtures/graph_structure.json'), 'utf8')) as { files: Record<'ways' | 'ring', Files> }; // prettier-ignore
const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** A folder with these files; names that end with .gz are zipped. */
function folder(contents: Record<string, string>): string {
  const made = mkdtempSync(join(tmpdir(), 'graphs-'));
  folders.push(made);
  Object.entries(contents).forEach(([name, text]) => {
    mkdirSync(dirname(join(made, name)), { recursive: true });
    writeFileSync(join(made, name), name.endsWith('.gz') ? gzipSync(text) : text);
  });
  return made;
}

/** Edges by name, as the file has them. */
function edges({ graph: g, names }: graph.read.NamedGraph): [string, string, number][] {
  const all = Array.from(g.sources, (u, e): [string, string, number] => [names[u], names[g.targets[e]], g.weightOf(e)]);
  return all.filter(([u, v]) => !g.undirected || u <= v).sort();
}

const FORMS: [string, (of: Files, options?: graph.read.ReadOptions) => graph.read.NamedGraph][] = [
  ['GraphML', ({ graphml }, options) => read.graphML(graphml, options)],
  ['GEXF', ({ gexf }, options) => read.gexf(gexf, options)],
  ['node-link JSON', ({ nodeLink }, options) => read.nodeLink(nodeLink, options)],
  ['node-link JSON as text', ({ nodeLink }, options) => read.nodeLink(JSON.stringify(nodeLink), options)]
];

describe.each(FORMS)('%s that networkx wrote', (_name, of) => {
  test('a directed graph with names, weights, features and types', () => {
    const got = of(files.ways, { features: ['size', 'big'], nodeType: 'kind', edgeType: 'by' });
    expect(got.names).toEqual(['a', 'b', 'c & d']);
    expect(edges(got)).toEqual(files.ways.edges);
    expect([...got.graph.nodeFeatures!.values]).toEqual([1.5, 1, 2, 0, -3, 0]);
    expect([got.nodeTypeNames, [...got.graph.nodeTypes!]]).toEqual([['hub', 'leaf'], [0, 1, 1]]); // prettier-ignore
    expect(got.edgeTypeNames).toEqual(['road', 'rail']);
    expect(got.graph.undirected).toBe(false);
  });

  test('an undirected one', () => {
    const got = of(files.ring);
    expect(edges(got)).toEqual(files.ring.edges);
    expect([got.graph.undirected, got.graph.numEdges, got.graph.weights]).toEqual([true, 10, undefined]);
  });

  test('an attribute that is asked for and is not there, or is no number', () => {
    expect(() => of(files.ways, { features: ['kind'] })).toThrow('kind of node a must be a finite number, got hub');
    expect(() => of(files.ways, { edgeType: 'way' })).toThrow('each of the edges must have way, as number 0 has not');
    expect(() => of(files.ring, { weight: 'cost' })).toThrow('cost of edge 0 must be a finite number, got undefined');
  });
});

describe('edge lists', () => {
  test('numbers with gaps are isolated nodes, names are numbered as they come, comments and separators', () => {
    expect(edges(read.edgeList(files.ring.edgeList!))).toEqual(files.ring.edges);
    expect(read.edgeList('0 1\n# none\n\n1 4\n').graph.numNodes).toBe(5);
    const named = read.edgeList('% hubs\nx, y, 2\ny, z, 0.5\r\n', { directed: true });
    expect([named.names, edges(named)]).toEqual([['x', 'y', 'z'], [['x', 'y', 2], ['y', 'z', 0.5]]]); // prettier-ignore
    expect(read.edgeList('1000000000 2000000000').names).toEqual(['1000000000', '2000000000']);
    expect(read.edgeList('5 70000').names).toEqual(['5', '70000']);
    expect(read.edgeList('a|b', { separator: '|' }).names).toEqual(['a', 'b']);
  });

  test.each([
    ['', 'graph.read.edgeList: there must be an edge, got none'],
    ['1 2\n3', 'graph.read.edgeList: line 2 must be "source target" or "source target weight", as the first is, got 3'],
    ['1 2 x', 'graph.read.edgeList: weight of line 1 must be a finite number, got x'],
    ['1 2 NaN', 'graph.read.edgeList: weight of line 1 must be a finite number, got NaN'],
    ['1 2 3 4', 'graph.read.edgeList: line 1 must be']
  ])('%j is refused', (text, message) => expect(() => read.edgeList(text)).toThrow(message));
});

describe('graphology', () => {
  const exported = {
    options: { type: 'mixed', multi: false },
    nodes: [{ key: 'a', attributes: { size: 2 } }, { key: 'b', attributes: { size: 3 } }, { key: 'c', attributes: { size: 4 } }], // prettier-ignore
    edges: [{ source: 'a', target: 'b', attributes: { weight: 5 } }, { source: 'b', target: 'c', undirected: true, attributes: { weight: 6 } }] // prettier-ignore
  };

  test('what it exports, and a live one; an undirected edge among directed ones leads both ways', () => {
    for (const given of [exported, { export: () => exported }]) {
      const got = read.graphology(given, { features: ['size'] });
      expect(edges(got)).toEqual([['a', 'b', 5], ['b', 'c', 6], ['c', 'b', 6]]); // prettier-ignore
      expect([...got.graph.nodeFeatures!.values]).toEqual([2, 3, 4]);
    }
    expect(read.graphology({ ...exported, options: { type: 'undirected' } }).graph.undirected).toBe(true);
  });

  test('a mistake is named', () => {
    expect(() => read.graphology({ nodes: [] })).toThrow('graph.read.graphology: there must be a list of edges, got undefined'); // prettier-ignore
    expect(() => read.graphology({ nodes: [], edges: [] })).toThrow('graph.read.graphology: there must be a node, got none'); // prettier-ignore
    expect(() => read.graphology({ nodes: [{ key: 'a' }, { key: 'a' }], edges: [] })).toThrow('each node must be listed once, got a'); // prettier-ignore
    expect(() => read.nodeLink({ nodes: [{ id: 1 }], edges: [{ source: 1, target: 2 }] })).toThrow('graph.read.nodeLink: edge 0 must be of nodes that are listed, got 2'); // prettier-ignore
    expect(() => read.nodeLink('{')).toThrow('graph.read.nodeLink: expects JSON, got {');
  });
});

test.each([
  ['no XML', 'graphML', 'graph <', 'graph.read.graphML: expects XML'],
  ['another XML', 'graphML', '<gexf/>', 'graph.read.graphML: expects the element "graphml", got gexf'],
  ['no graph', 'gexf', '<gexf/>', 'graph.read.gexf: the file must have a graph'],
  [
    'an edge without a target',
    'gexf',
    '<gexf><graph><nodes><node id="1"/></nodes><edges><edge source="1"/></edges></graph></gexf>',
    'graph.read.gexf: edge must have target'
  ],
  [
    'a hyperedge',
    'graphML',
    '<graphml><graph edgedefault="directed"><hyperedge/></graph></graphml>',
    'graph.read.graphML: hyperedges and nested graphs are not read'
  ],
  [
    'data of no key',
    'graphML',
    '<graphml><graph edgedefault="directed"><node id="n"><data key="k">1</data></node></graph></graphml>',
    'graph.read.graphML: data must be of a key that is listed, got k'
  ]
] as const)('%s is refused', (_name, form, text, message) => expect(() => read[form](text)).toThrow(message));

test('GraphML: defaults of keys, and an edge that is directed against the default', () => {
  const text = `<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><key id="d0" for="node" attr.name="age"><default>7</default></key>
    <graph edgedefault="undirected"><node id="x"/><node id="y"><data key="d0">3</data></node><node id="z"/>
    <edge source="x" target="y"/><edge source="y" target="z" directed="true"/></graph></graphml>`;
  const got = read.graphML(text, { features: ['age'] });
  expect([...got.graph.nodeFeatures!.values]).toEqual([7, 3, 7]);
  expect(edges(got).map(([u, v]) => u + v)).toEqual(['xy', 'yx', 'yz']);
});

describe('folders', () => {
  test('Planetoid as text: citing leads to cited, classes by name, citations of unknown papers counted', () => {
    const made = folder({ 'cora.content': '31 0 1 Theory\n12 1 1 Case\n7 0 0 Theory\n', 'cora.cites': '31 12\n12 7\n99 7\n' }); // prettier-ignore
    const got = read.planetoid(made);
    expect(edges(got)).toEqual([['12', '31', 1], ['7', '12', 1]]); // prettier-ignore
    expect([got.nodeTypeNames, [...got.graph.nodeTypes!], got.leftOut]).toEqual([['Case', 'Theory'], [1, 0, 1], 1]); // prettier-ignore
    expect([...got.graph.nodeFeatures!.values]).toEqual([0, 1, 1, 1, 0, 0]);
    expect(read.planetoid(made, { undirected: true }).graph.numEdges).toBe(4);
    expect(() => read.planetoid(folder({ 'ind.cora.allx': '' }))).toThrow('graph.read.planetoid: the folder must have a .content file, got Python pickles: ind.cora.allx'); // prettier-ignore
    expect(() => read.planetoid(folder({ 'a.content': '1 0 x\n2 0 1 x\n' }))).toThrow('line 2 of a.content must be an id, features and a class (3 columns), got 4'); // prettier-ignore
  });

  test('OGB: two graphs and an empty last one (pyg#2895), features, labels with gaps, a split; ids by graph', () => {
    const made = folder({
      'raw/edge.csv.gz': '0,1\n1,2\n1,0\n',
      'raw/num-node-list.csv.gz': '3\n2\n0\n',
      'raw/num-edge-list.csv.gz': '2\n1\n0\n',
      'raw/node-feat.csv.gz': '1,2\n3,4\n5,6\n7,8\n9,10\n',
      'raw/graph-label.csv': '1,nan\n0,1\n,0\n',
      'split/scaffold/train.csv.gz': '0\n',
      'split/scaffold/valid.csv': '1\n',
      'split/scaffold/test.csv': '2\n'
    });
    const { graph: g, labels, split } = read.ogb(made, { split: 'scaffold' });
    expect([g.numNodes, g.numGraphs, ...g.graphOf!]).toEqual([5, 3, 0, 0, 0, 1, 1]);
    expect(Array.from(g.sources, (u, e) => `${u} ${g.targets[e]}`).sort()).toEqual(['0 1', '1 2', '4 3']);
    expect(labels).toEqual({ of: 'graphs', values: [[1, null], [0, 1], [null, 0]] }); // prettier-ignore
    expect([split!.train, split!.validation, split!.test].map((part) => [...part])).toEqual([[0], [1], [2]]);
    expect(() => read.ogb(made, { split: 'time' })).toThrow('graph.read.ogb: the folder must have split/time/train.csv(.gz)'); // prettier-ignore
    expect(() => read.ogb(folder({}))).toThrow('graph.read.ogb: the folder must have raw/edge.csv(.gz)');
    expect(() => read.ogb(folder({ 'raw/edge.csv': '0,3', 'raw/num-node-list.csv': '3' }))).toThrow('graph.read.ogb: edge 0 must be of nodes 0..2 of its graph, got [0,3]'); // prettier-ignore
    expect(() => read.ogb(folder({ 'raw/edge.csv': '0,x', 'raw/num-node-list.csv': '3' }))).toThrow('line 1 of edge.csv must be numbers, got x'); // prettier-ignore
  });
});

describe('of this machine', () => {
  test('imports of a small tree: endings, folders, what lies outside', () => {
    const made = folder({
      'a.ts': "import { b } from './b';\nexport * from './lib';\nimport 'fs';\nimport type { B } from './b.js';",
      'b.js': "const c = require('./lib/c');",
      'lib/index.ts': "import x from '../a';\nimport y from '../../outside';",
      'lib/c.ts': "const late = import('../a');",
      'node_modules/p/index.js': ''
    });
    const { graph: g, names, nodeTypeNames } = read.imports(made);
    expect(names).toEqual(['a.ts', 'b.js', 'lib/c.ts', 'lib/index.ts']);
    const found = Array.from(g.sources, (u, e) => `${names[u]} ${names[g.targets[e]]}`).sort();
    expect(found).toEqual(['a.ts b.js', 'a.ts lib/index.ts', 'b.js lib/c.ts', 'lib/c.ts a.ts', 'lib/index.ts a.ts']);
    expect(nodeTypeNames).toEqual(['.', 'lib']);
    expect(() => read.imports(folder({ 'a.txt': '' }))).toThrow('graph.read.imports: the folder must have a source file'); // prettier-ignore
  });

  test("the library's own imports: hundreds of files in one piece, floors import downward", () => {
    const { graph: g, names, nodeTypeNames } = read.imports(join(ROOT, 'kernel-lib/src'));
    expect(g.numNodes).toBeGreaterThan(500);
    expect(g.numEdges).toBeGreaterThan(2 * g.numNodes);
    const upward = Array.from(g.sources.keys()).filter((e) => names[g.sources[e]].startsWith('base/') && !names[g.targets[e]].startsWith('base/')); // prettier-ignore
    expect(upward).toEqual([]);
    expect(nodeTypeNames).toContain('search');
  });

  test('packages: the nearest copy, how it is needed, links of workspaces', () => {
    const packages = {
      '': { dependencies: { a: '1', own: '1' }, devDependencies: { b: '1' } },
      'node_modules/a': { version: '1', dependencies: { b: '2' } },
      'node_modules/a/node_modules/b': { version: '2', optionalDependencies: { missing: '1' } },
      'node_modules/b': { version: '1' },
      'node_modules/own': { link: true, resolved: 'own' },
      own: { dependencies: { b: '1' } }
    };
    const { graph: g, names, edgeTypeNames } = read.packages(folder({ 'package-lock.json': JSON.stringify({ packages }) })); // prettier-ignore
    const found = Array.from(g.sources, (u, e) => `${names[u]} > ${names[g.targets[e]]} ${edgeTypeNames[g.edgeTypes![e]]}`).sort(); // prettier-ignore
    expect(found).toEqual([
      '. > node_modules/a dependencies',
      '. > node_modules/b devDependencies',
      '. > own dependencies',
      'node_modules/a > node_modules/a/node_modules/b dependencies',
      'own > node_modules/b dependencies'
    ]);
    expect(() => read.packages(folder({}))).toThrow('graph.read.packages: the folder must have a package-lock.json or node_modules'); // prettier-ignore
    expect(() => read.packages(folder({ 'package-lock.json': '{}' }))).toThrow('graph.read.packages: the lock must be of version 2 or 3, got package-lock.json'); // prettier-ignore
    expect(read.packages(ROOT).graph.numNodes).toBeGreaterThan(500);
  });
});
