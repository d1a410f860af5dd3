import { expectInteger, given } from '../../core';
import { type Graph, fromEdges } from '../graph';

type Pair = readonly [number, number];

/** Undirected graph of N nodes in a row, 0 - 1 - ... - N-1. */
export function path(options: { nodes: number }): Graph {
  const { nodes } = given('graph.generators.path', options);
  expectInteger('graph.generators.path', 'nodes', nodes, 1);
  return undirected(nodes, consecutive(nodes));
}

/** Undirected cycle of N nodes, at least 3. */
export function ring(options: { nodes: number }): Graph {
  const { nodes } = given('graph.generators.ring', options);
  expectInteger('graph.generators.ring', 'nodes', nodes, 3);
  return undirected(nodes, cycleOf(0, nodes));
}

/**
 * Undirected cycles side by side, of at least 3 nodes each; a node's type is its cycle. `[6]` and `[3, 3]` is the classic pair of graphs that the 1-dimensional Weisfeiler-Leman test, and so no message passing
 * without further features, tells apart.
 */
export function cycles(options: { lengths: readonly number[] }): Graph {
  const { lengths } = given('graph.generators.cycles', options);
  lengths.forEach((length) => expectInteger('graph.generators.cycles', 'lengths', length, 3));
  const starts = lengths.map((_, i) => lengths.slice(0, i).reduce((sum, length) => sum + length, 0));
  return fromEdges({
    numNodes: lengths.reduce((sum, length) => sum + length, 0),
    edges: lengths.flatMap((length, i) => cycleOf(starts[i], length)),
    nodeTypes: lengths.flatMap((length, i) => new Array<number>(length).fill(i)),
    undirected: true
  });
}

/** Options of `graph.generators.grid`. */
export interface GridOptions {
  rows: number;
  columns: number;
  /** Whether the last row is next to the first, and the last column too (a torus; then 3 at least of each). Default false. */
  periodic?: boolean;
}

/** Undirected grid, node `row * columns + column` beside those next to it. */
export function grid(options: GridOptions): Graph {
  const { rows, columns, periodic = false } = given('graph.generators.grid', options);
  const where = 'graph.generators.grid';
  expectInteger(where, 'rows', rows, periodic ? 3 : 1);
  expectInteger(where, 'columns', columns, periodic ? 3 : 1);
  const edges: Pair[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const node = row * columns + column;
      if (periodic || column + 1 < columns) {
        edges.push([node, row * columns + ((column + 1) % columns)]);
      }
      if (periodic || row + 1 < rows) {
        edges.push([node, ((row + 1) % rows) * columns + column]);
      }
    }
  }
  return undirected(rows * columns, edges);
}

/** Undirected star: node 0 with this many leaves. */
export function star(options: { leaves: number }): Graph {
  const { leaves } = given('graph.generators.star', options);
  expectInteger('graph.generators.star', 'leaves', leaves, 0);
  return undirected(
    leaves + 1,
    Array.from({ length: leaves }, (_, i): Pair => [0, i + 1])
  );
}

/** Complete undirected graph, each node beside each other. */
export function complete(options: { nodes: number }): Graph {
  const { nodes } = given('graph.generators.complete', options);
  expectInteger('graph.generators.complete', 'nodes', nodes, 1);
  return undirected(nodes, cliqueOf(0, nodes));
}

/** Complete undirected tree: every node above the last level has this many children. Children of a node follow it in order, level by level. */
export function tree(options: { branching: number; depth: number }): Graph {
  const { branching, depth } = given('graph.generators.tree', options);
  expectInteger('graph.generators.tree', 'branching', branching, 1);
  expectInteger('graph.generators.tree', 'depth', depth, 0);
  const nodes = Array.from({ length: depth + 1 }, (_, level) => branching ** level).reduce((sum, each) => sum + each);
  return undirected(
    nodes,
    Array.from({ length: nodes - 1 }, (_, i): Pair => [Math.floor(i / branching), i + 1])
  );
}

/** Options of `graph.generators.barbell`. */
export interface BarbellOptions {
  /** Nodes of each of the two cliques, at least 2. */
  clique: number;
  /** Nodes in the middle, on the way from one to the other. Default 0: one edge joins them. */
  bridge?: number;
}

/** Two cliques joined by one edge or a path: the textbook bottleneck. Types: 0 the first clique, 1 the second, 2 what is between. */
export function barbell(options: BarbellOptions): Graph {
  const { clique, bridge = 0 } = given('graph.generators.barbell', options);
  expectInteger('graph.generators.barbell', 'clique', clique, 2);
  expectInteger('graph.generators.barbell', 'bridge', bridge, 0);
  const second = clique + bridge;
  const way = Array.from({ length: bridge + 1 }, (_, i): Pair => [clique - 1 + i, clique + i]);
  return fromEdges({
    numNodes: 2 * clique + bridge,
    edges: [...cliqueOf(0, clique), ...way, ...cliqueOf(second, clique)],
    nodeTypes: [...new Array<number>(clique).fill(0), ...new Array<number>(bridge).fill(2), ...new Array<number>(clique).fill(1)], // prettier-ignore
    undirected: true
  });
}

/** Cliques in a ring, the last node of each joined to the first of the next; a node's type is its clique. At least 3 cliques of at least 2 nodes. */
export function ringOfCliques(options: { cliques: number; size: number }): Graph {
  const { cliques, size } = given('graph.generators.ringOfCliques', options);
  expectInteger('graph.generators.ringOfCliques', 'cliques', cliques, 3);
  expectInteger('graph.generators.ringOfCliques', 'size', size, 2);
  const all = Array.from({ length: cliques }, (_, i) => i);
  const between = all.map((i): Pair => [i * size + size - 1, ((i + 1) % cliques) * size]);
  return fromEdges({
    numNodes: cliques * size,
    edges: [...all.flatMap((i) => cliqueOf(i * size, size)), ...between],
    nodeTypes: all.flatMap((i) => new Array<number>(size).fill(i)),
    undirected: true
  });
}

function undirected(numNodes: number, edges: readonly Pair[]): Graph {
  return fromEdges({ numNodes, edges, undirected: true });
}

function consecutive(nodes: number): Pair[] {
  return Array.from({ length: nodes - 1 }, (_, i): Pair => [i, i + 1]);
}

function cycleOf(start: number, nodes: number): Pair[] {
  return Array.from({ length: nodes }, (_, i): Pair => [start + i, start + ((i + 1) % nodes)]);
}

function cliqueOf(start: number, nodes: number): Pair[] {
  return Array.from({ length: nodes }, (_, i) =>
    Array.from({ length: nodes - 1 - i }, (_, j): Pair => [start + i, start + i + 1 + j])
  ).flat();
}
