import { graph } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const { generators, splits } = graph;
const SEEDS = [0, 1, 2, 3, 4, 5, 6, 7];
const sbm = (seed = 0) => generators.stochasticBlockModel({ sizes: [15, 15], probabilities: [[0.3, 0.05], [0.05, 0.3]], seed }); // prettier-ignore
const either = ([a, b]: readonly number[]): string => (a < b ? `${a} ${b}` : `${b} ${a}`);
const edges = (g: graph.Graph): string[] => Array.from(g.sources, (source, e) => either([source, g.targets[e]]));
const directed = (g: graph.Graph): string[] => Array.from(g.sources, (source, e) => `${source} ${g.targets[e]}`);

describe('faults of link splits', () => {
  test('pyg#3440: of an undirected path of 6 no edge of the test, in either direction, is in training', () => {
    for (const seed of SEEDS) {
      const { train, validation, test } = splits.links(generators.path({ nodes: 6 }), { validation: 0.2, test: 0.2, seed, negatives: 0 }); // prettier-ignore
      expect([train, validation, test].map(({ positives }) => positives.length)).toEqual([3, 1, 1]);
      const held = [...validation.positives, ...test.positives].map(either);
      [train, validation].forEach(({ messages }) => expect(edges(messages).filter((edge) => held.includes(edge))).toEqual([])); // prettier-ignore
      expect(train.positives.map(either).filter((edge) => held.includes(edge))).toEqual([]);
      expect(train.messages.numEdges).toBe(6);
      // The test sees validation's edges and not its own.
      expect(test.messages.numEdges).toBe(8);
      expect(edges(test.messages)).not.toContain(either(test.positives[0]));
      expect(edges(test.messages)).toContain(either(validation.positives[0]));
    }
  });

  test('pyg#10590: without validation the test still does not leak', () => {
    const g = sbm();
    const { train, validation, test } = splits.links(g, { validation: 0, test: 0.2 });
    expect([validation.positives, validation.negatives]).toEqual([[], []]);
    const held = test.positives.map(either);
    [train, validation, test].forEach(({ messages }) => expect(edges(messages).filter((edge) => held.includes(edge))).toEqual([])); // prettier-ignore
    expect(train.messages.numEdges + 2 * test.positives.length).toBe(g.numEdges);
  });

  test('pyg#9425: of two kinds of nodes links and negatives go one way, and the way back is no leak', () => {
    // Users 0..3, items 4..8, given both ways.
    const pairs: [number, number][] = [[0, 4], [0, 5], [1, 5], [1, 6], [2, 6], [2, 7], [3, 7], [3, 8], [0, 8], [1, 4]]; // prettier-ignore
    const nodeTypes = [0, 0, 0, 0, 1, 1, 1, 1, 1];
    for (const g of [
      graph.fromEdges({ numNodes: 9, edges: pairs, nodeTypes, undirected: true }),
      graph.fromEdges({ numNodes: 9, edges: pairs.flatMap(([a, b]): [number, number][] => [[a, b], [b, a]]), nodeTypes }) // prettier-ignore
    ]) {
      const { train, validation, test } = splits.links(g, { validation: 0.2, test: 0.2, between: [0, 1] });
      for (const { positives, negatives } of [train, validation, test]) {
        [...positives, ...negatives].forEach(([user, item]) => expect([user < 4, item >= 4]).toEqual([true, true]));
      }
      const held = [...validation.positives, ...test.positives].map(either);
      expect(edges(train.messages).filter((edge) => held.includes(edge))).toEqual([]);
      expect(train.messages.numEdges).toBe(12);
    }
    const typed = graph.fromEdges({ numNodes: 2, edges: [[0, 1]], nodeTypes: [0, 0] });
    expect(() => splits.links(typed, { between: [0, 0] })).toThrow('graph.splits.links: between must be two types of nodes, and the graph have such, got [0,0]'); // prettier-ignore
  });

  test('pyg#10706: a pair of validation is in neither direction among the negatives of the test', () => {
    for (const seed of SEEDS) {
      const g = sbm(seed);
      const all = new Set(edges(g));
      const { validation, test } = splits.links(g, { validation: 0.2, test: 0.2, negatives: 3, seed });
      const asked = [...validation.negatives, ...test.negatives].map(either);
      expect(asked.filter((pair) => all.has(pair))).toEqual([]);
      expect(new Set(asked).size).toBe(asked.length);
    }
  });

  test('pyg#6946: negatives of training do not avoid what is held out, which would tell it', () => {
    // Five nodes, all joined but for 3-4: what training may call negative are the held-out links and that one pair.
    const g = graph.fromEdges({ numNodes: 5, edges: [[0, 1], [0, 2], [0, 3], [0, 4], [1, 2], [1, 3], [1, 4], [2, 3], [2, 4]], undirected: true }); // prettier-ignore
    const { train, test } = splits.links(g, { validation: 0, test: 0.44, negatives: 0.25 });
    const held = test.positives.map(either);
    const found = new Set(SEEDS.flatMap((seed) => splits.links(g, { validation: 0, test: 0.44, negatives: 0.25, seed }).train.negatives.map(either))); // prettier-ignore
    expect(found.size).toBeGreaterThan(2);
    const own = train.positives.map(either);
    train.negatives.map(either).forEach((pair) => expect([...held, '3 4'].includes(pair) && !own.includes(pair)).toBe(true)); // prettier-ignore
    expect(test.negatives.map(either)).toEqual(['3 4']);
  });

  test('pyg#8642: negatives are nodes of the graph, and none is a loop', () => {
    const g = graph.fromEdges({ numNodes: 40, edges: [[0, 1], [5, 5]] }); // prettier-ignore
    const drawn = splits.negatives(g, { count: 1000 });
    drawn.flat().forEach((node) => expect(node >= 0 && node < 40).toBe(true));
    expect(drawn.filter(([a, b]) => a === b)).toEqual([]);
    expect(drawn.map((pair) => pair.join(' '))).not.toContain('0 1');
  });

  test('dgl#1535: no negative is an edge, up to the very last pair; more is an error', () => {
    const g = generators.ring({ nodes: 5 });
    const drawn = splits.negatives(g, { count: 5 }).map(either);
    expect(drawn.sort()).toEqual(['0 2', '0 3', '1 3', '1 4', '2 4']);
    expect(() => splits.negatives(g, { count: 6 })).toThrow('graph.splits.negatives: there must be as many pairs without an edge as are asked for (6), got 5'); // prettier-ignore
  });
});

test('of a directed graph the way back is another link, and messages keep direction (pyg#7960)', () => {
  const g = graph.fromEdges({ numNodes: 3, edges: [[0, 1], [1, 2], [2, 0], [1, 0]] }); // prettier-ignore
  const { train, test } = splits.links(g, { validation: 0, test: 0.25, negatives: 0 });
  const all = [...train.positives, ...test.positives].map((pair) => pair.join(' '));
  expect(all.sort()).toEqual(['0 1', '1 0', '1 2', '2 0']);
  expect(directed(train.messages).sort()).toEqual(train.positives.map((pair) => pair.join(' ')).sort());
});

test('edges of one pair stay together: parallel ones and relations; loops stay in the messages with what edges have', () => {
  const g = graph.fromEdges({
    numNodes: 4,
    edges: [[0, 1], [0, 1], [1, 2], [2, 3], [3, 3]], // prettier-ignore
    edgeTypes: [0, 1, 0, 1, 2],
    weights: [1, 2, 3, 4, 5],
    edgeFeatures: [[1], [2], [3], [4], [5]], // prettier-ignore
    undirected: true
  });
  for (const seed of SEEDS) {
    const { train, test } = splits.links(g, { validation: 0, test: 0.34, negatives: 0, seed });
    expect(test.positives).toHaveLength(1);
    expect(edges(train.messages)).not.toContain(either(test.positives[0]));
    expect(edges(train.messages)).toContain('3 3');
    train.messages.weights!.forEach((weight, e) => expect([train.messages.edgeFeatures!.values[e], [0, 1, 0, 1, 2][weight - 1]]).toEqual([weight, train.messages.edgeTypes![e]])); // prettier-ignore
  }
});

test('of a batch links and negatives stay within its graphs, up to the last pair', () => {
  const g = graph.batch([4, 5, 6].map((nodes) => generators.ring({ nodes })));
  const apart = ([a, b]: readonly number[]): boolean => g.graphOf![a] !== g.graphOf![b];
  for (const seed of SEEDS) {
    const { train, validation, test } = splits.links(g, { validation: 0.2, test: 0.2, seed });
    const all = [train, validation, test].flatMap(({ positives, negatives }) => [...positives, ...negatives]);
    expect(all).toHaveLength(30);
    expect(all.filter(apart)).toEqual([]);
  }
  // Of rings of 4, 5 and 6 there are 2, 5 and 9 pairs that no edge joins.
  expect(splits.negatives(g, { count: 16 }).filter(apart)).toEqual([]);
  expect(() => splits.negatives(g, { count: 17 })).toThrow('(17), got 16');
});

test('the same seed gives the same split, another another', () => {
  const of = (seed: number) => JSON.stringify(splits.links(sbm(), { seed }));
  expect(of(1)).toBe(of(1));
  expect(of(1)).not.toBe(of(2));
});

describe('nodes and graphs', () => {
  test('parts share none and leave none, with the same share of each class', () => {
    const classes = Array.from({ length: 50 }, (_, i) => Number(i >= 30));
    const { train, validation, test } = splits.graphs(50, { validation: 0.2, test: 0.1, classes });
    expect([...train, ...validation, ...test].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    const ones = (part: Int32Array): number => part.filter((item) => classes[item] === 1).length;
    expect([validation, test].map((part) => [part.length, ones(part)])).toEqual([[10, 4], [5, 2]]); // prettier-ignore
    expect(splits.nodes(generators.ring({ nodes: 50 }), { seed: 3 }).test).toHaveLength(5);
    expect([...train]).toEqual([...train].sort((a, b) => a - b));
    const drawn = [1, 2].map((seed) => [...splits.graphs(50, { seed }).test]);
    expect(drawn[0]).not.toEqual(drawn[1]);
    expect(drawn[0]).toEqual([...splits.graphs(50, { seed: 1 }).test]);
  });

  test.each([
    [
      'nothing to train on',
      { validation: 0.5, test: 0.5 },
      'graph.splits.nodes: validation and test must leave something to train on, got 1'
    ],
    [
      'an empty part',
      { test: 0.01 },
      'graph.splits.nodes: each part must have one of the nodes at least, got {"count":10,"validation":1,"test":0}'
    ],
    ['too few classes', { classes: [1] }, 'graph.splits.nodes: there must be a class for each of the 10 nodes, got 1'],
    ['a share beyond 1', { test: 2 }, 'graph.splits.nodes: test must be a number 0..1, got 2']
  ])('%s is refused', (_name, options, message) => {
    expect(() => splits.nodes(generators.ring({ nodes: 10 }), options)).toThrow(message);
  });

  test('tens of thousands of nodes take no time to speak of', () => {
    // It was half a minute: each node copied those before it.
    const { train } = splits.nodes(graph.fromEdges({ numNodes: 60_000, edges: [] }));
    expect(train).toHaveLength(48_000);
  }, 5000);

  test('a graph without edges or nodes cannot be split', () => {
    const none = graph.fromEdges({ numNodes: 3, edges: [] });
    expect(() => splits.links(none)).toThrow('graph.splits.links: each part must have one of the links at least');
    expect(() => splits.nodes(graph.fromEdges({ numNodes: 0, edges: [] }))).toThrow('graph.splits.nodes: there must be nodes, got none'); // prettier-ignore
  });
});
