import { expect, test } from 'vitest';
import { graph } from '@switchyard/kernel-lib';

test('edges are by target, then as given, and what they have goes along', () => {
  const g = graph.fromEdges({
    numNodes: 4,
    edges: [[2, 1], [0, 2], [0, 1], [0, 1], [3, 3]], // prettier-ignore
    weights: [10, 20, 30, 40, 50],
    edgeTypes: [0, 1, 2, 3, 4],
    edgeFeatures: [[1, 1], [2, 2], [3, 3], [4, 4], [5, 5]] // prettier-ignore
  });
  expect([...g.sources]).toEqual([2, 0, 0, 0, 3]);
  expect([...g.targets]).toEqual([1, 1, 1, 2, 3]);
  expect([...g.given]).toEqual([0, 2, 3, 1, 4]);
  expect([...g.weights!]).toEqual([10, 30, 40, 20, 50]);
  expect([...g.edgeTypes!]).toEqual([0, 2, 3, 1, 4]);
  expect([...g.edgeFeatures!.values]).toEqual([1, 1, 3, 3, 4, 4, 2, 2, 5, 5]);
  expect([...g.incoming.starts]).toEqual([0, 0, 3, 4, 5]);
  expect([...g.outgoing.starts]).toEqual([0, 3, 3, 4, 5]);
  expect([...g.outgoing.neighbours]).toEqual([1, 1, 2, 1, 3]);
  expect([...g.outgoing.edges]).toEqual([1, 2, 3, 0, 4]);
});

test('one edge 0 -> 1 enters 1 and leaves 0', () => {
  const g = graph.fromEdges({ numNodes: 2, edges: [[0, 1]] });
  expect([[...g.incoming.starts], [...g.incoming.neighbours]]).toEqual([[0, 0, 1], [0]]);
  expect([[...g.outgoing.starts], [...g.outgoing.neighbours]]).toEqual([[0, 1, 1], [1]]);
});

test('an undirected edge leads both ways with its weight, a loop once', () => {
  const g = graph.fromEdges({ numNodes: 3, edges: [[0, 1], [2, 2]], weights: [3, 7], undirected: true }); // prettier-ignore
  expect([[...g.sources], [...g.targets], [...g.weights!]]).toEqual([[1, 0, 2], [0, 1, 2], [3, 3, 7]]); // prettier-ignore
  expect([...g.given]).toEqual([0, 0, 1]);
});

test('a graph without nodes or edges, and one whose last nodes are alone', () => {
  expect(graph.fromEdges({ numNodes: 0, edges: [] }).numEdges).toBe(0);
  const g = graph.fromEdges({ numNodes: 5, edges: [[0, 1]] });
  expect(g.incoming.starts).toHaveLength(6);
  const batched = graph.fromEdges({ numNodes: 2, edges: [], graphOf: [0, 1], numGraphs: 4 });
  expect(batched.numGraphs).toBe(4);
});

test.each([
  ['an edge of no node', { edges: [[0, 3]] }, 'graph.fromEdges: edge 0 must be of nodes 0..2, got [0,3]'],
  ['half a node', { edges: [[0.5, 1]] }, 'graph.fromEdges: edge 0 must be of nodes 0..2, got [0.5,1]'],
  ['an edge of three', { edges: [[0, 1, 2]] }, 'graph.fromEdges: an edge must be a source and a target, got [0,1,2]'],
  ['NaN weight', { weights: [NaN] }, 'graph.fromEdges: weights[0] must be a finite number (of float32), got NaN'],
  ['two weights for one edge', { weights: [1, 2] }, 'graph.fromEdges: weights must be 1 in number, got 2'],
  ['features of two nodes', { nodeFeatures: [[1], [2]] }, 'graph.fromEdges: nodeFeatures must be 3 in number, got 2'],
  ['rows of two widths', { nodeFeatures: [[1], [2, 3], [4]] }, 'graph.fromEdges: rows of nodeFeatures must be of one width of at least 1 (1), got 2'], // prettier-ignore
  ['a type below 0', { nodeTypes: [0, -1, 0] }, 'graph.fromEdges: nodeTypes[1] must be an integer of at least 0, got -1'], // prettier-ignore
  ['graphs in disorder', { graphOf: [1, 0, 1] }, 'graph.fromEdges: graphOf must ascend, got [1,0,1]'],
  ['too few graphs', { graphOf: [0, 1, 2], numGraphs: 2 }, 'graph.fromEdges: numGraphs must be an integer of at least 3, got 2'] // prettier-ignore
])('%s is refused', (_name, wrong, message) => {
  const options = { numNodes: 3, edges: [[0, 1]], ...wrong } as Parameters<typeof graph.fromEdges>[0];
  expect(() => graph.fromEdges(options)).toThrow(message);
});

test('as many parallel edges as calls have no arguments for merge', () => {
  const many = { sources: new Int32Array(200_000), targets: new Int32Array(200_000).fill(1) };
  expect(graph.coalesce(graph.fromEdges({ numNodes: 2, edges: many }), 'max').weights).toEqual(Float32Array.of(1));
});

test('rows of features may be typed arrays', () => {
  const { nodeFeatures } = graph.fromEdges({ numNodes: 2, edges: [], nodeFeatures: [Float32Array.of(1, 2), Float64Array.of(3, 4)] }); // prettier-ignore
  expect(nodeFeatures).toEqual({ values: Float32Array.of(1, 2, 3, 4), width: 2 });
});

test.each([[{ numNodes: 3 }], [{ numNodes: 3, edges: { sources: [1] } }], [{ numNodes: 3, edges: '0 1' }]])(
  'edges that are none, %j, are refused by name',
  (options) => {
    expect(() => graph.fromEdges(options as unknown as graph.GraphOptions)).toThrow('graph.fromEdges: edges must be pairs of a source and a target, or { sources, targets }, got'); // prettier-ignore
  }
);
