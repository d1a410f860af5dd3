import { expectInteger } from '../../base/core';
import type { Graph } from '../../base/graph';
import { neighbourhoods } from '../../base/topology';

/** Counts of how often two nodes are on one orbit pair, sparse. */
export interface OrbitAdjacency {
  /** Orbits of the two nodes, as graphlets are numbered (Przulj, 2007), and how far they are apart in the graphlet: "4-5 (2)". */
  name: string;
  orbits: [row: number, column: number];
  hops: number;
  /** Nodes of the graphlet. */
  size: number;
  /** Nodes and the number of induced graphlets in which they stand so; none twice. */
  entries: { row: number; column: number; count: number }[];
}

/** Orbit of each node of a connected graph of 2 to 4 nodes by how many nodes and edges it has, and by the node's degree (and least neighbour's, where that tells). */
const ORBITS: Record<string, Record<number, number>> = {
  '2 1': { 1: 0 },
  '3 2': { 1: 1, 2: 2 },
  '3 3': { 2: 3 },
  '4 3 path': { 1: 4, 2: 5 },
  '4 3 star': { 1: 6, 3: 7 },
  '4 4 cycle': { 2: 8 },
  '4 4 paw': { 1: 9, 2: 10, 3: 11 },
  '4 5': { 2: 12, 3: 13 },
  '4 6': { 3: 14 }
};

/**
 * Orbit adjacencies (GRADCO; Windels et al., arXiv 2405.14194): for each pair of orbits of graphlets up to `maxNodes`, in how many induced subgraphs two nodes stand on it. Pairs are told apart as the automorphisms of a graphlet
 * do: of the path of four an end and a middle node next to it, and one that is not, are two pairs, and so are adjacent and opposite nodes of a 4-cycle. 28 matrices up to 4 nodes, 5 up to 3.
 *
 * @throws {SwitchyardError} where `maxNodes` is not 2..4.
 */
export function orbitAdjacency(graph: Graph, { maxNodes = 4 }: { maxNodes?: number } = {}): OrbitAdjacency[] {
  expectInteger('graph.probes.orbitAdjacency', 'maxNodes', maxNodes, 2, 4);
  const near = neighbourhoods(graph);
  const sets = near.map((of) => new Set(of));
  const found = new Map<string, { head: Omit<OrbitAdjacency, 'entries'>; counts: Map<number, number> }>();
  emptyPairs(maxNodes).forEach((head) => found.set(head.name, { head, counts: new Map() }));
  const visit = (nodes: readonly number[]): void => {
    const orbits = orbitsOf(nodes, sets);
    nodes.forEach((row, a) =>
      nodes.forEach((column, b) => {
        if (a !== b) {
          const hops = hopsWithin(nodes, sets, row, column);
          const { counts } = found.get(nameOf(orbits[a], orbits[b], hops))!;
          const key = row * near.length + column;
          counts.set(key, (counts.get(key) ?? 0) + 1);
        }
      })
    );
  };
  near.forEach((of, root) => extend([root], of.filter((v) => v > root), new Set([root, ...of]), near, maxNodes, visit)); // prettier-ignore
  return [...found.values()].map(({ head, counts }) => ({
    ...head,
    entries: [...counts].map(([key, count]) => ({ row: Math.floor(key / near.length), column: key % near.length, count })) // prettier-ignore
  }));
}

/** Each connected set of nodes that begins at the root, once (ESU; Wernicke, 2006). */
function extend(
  nodes: readonly number[],
  extension: readonly number[],
  seen: ReadonlySet<number>,
  near: readonly (readonly number[])[],
  most: number,
  visit: (nodes: readonly number[]) => void
): void {
  if (nodes.length > 1) {
    visit(nodes);
  }
  if (nodes.length === most) {
    return;
  }
  extension.forEach((node, i) => {
    const fresh = near[node].filter((v) => v > nodes[0] && !seen.has(v));
    extend([...nodes, node], [...extension.slice(i + 1), ...fresh], new Set([...seen, ...near[node]]), near, most, visit); // prettier-ignore
  });
}

function orbitsOf(nodes: readonly number[], sets: readonly ReadonlySet<number>[]): number[] {
  const degrees = nodes.map((node) => nodes.filter((other) => sets[node].has(other)).length);
  const edges = degrees.reduce((a, b) => a + b, 0) / 2;
  const most = Math.max(...degrees);
  const shape = nodes.length === 4 && edges === 3 ? (most === 3 ? ' star' : ' path') : nodes.length === 4 && edges === 4 ? (most === 3 ? ' paw' : ' cycle') : ''; // prettier-ignore
  const table = ORBITS[`${nodes.length} ${edges}${shape}`];
  return degrees.map((degree) => table[degree]);
}

/** Edges between two nodes of a connected set. */
function hopsWithin(nodes: readonly number[], sets: readonly ReadonlySet<number>[], from: number, to: number): number {
  let [frontier, hops] = [new Set([from]), 0];
  while (!frontier.has(to)) {
    frontier = new Set(
      nodes.filter((node) => frontier.has(node) || [...frontier].some((each) => sets[each].has(node)))
    );
    hops++;
  }
  return hops;
}

function nameOf(row: number, column: number, hops: number): string {
  return `${row}-${column} (${hops})`;
}

/** All pairs, by graphlet; a pair of two orbits in both orders. */
function emptyPairs(maxNodes: number): Omit<OrbitAdjacency, 'entries'>[] {
  const pairs: [size: number, row: number, column: number, hops: number][] = [
    [2, 0, 0, 1],
    ...[[3, 1, 1, 2], [3, 1, 2, 1], [3, 3, 3, 1], [4, 4, 4, 3], [4, 4, 5, 1], [4, 4, 5, 2], [4, 5, 5, 1]], // prettier-ignore
    ...[[4, 6, 6, 2], [4, 6, 7, 1], [4, 8, 8, 1], [4, 8, 8, 2], [4, 9, 10, 2], [4, 9, 11, 1], [4, 10, 10, 1]], // prettier-ignore
    ...[[4, 10, 11, 1], [4, 12, 12, 2], [4, 12, 13, 1], [4, 13, 13, 1], [4, 14, 14, 1]] // prettier-ignore
  ] as [number, number, number, number][];
  return pairs
    .filter(([size]) => size <= maxNodes)
    .flatMap(([size, a, b, hops]) =>
      a === b
        ? [[size, a, b, hops]]
        : [
            [size, a, b, hops],
            [size, b, a, hops]
          ]
    ) // prettier-ignore
    .map(([size, row, column, hops]) => ({ name: nameOf(row, column, hops), orbits: [row, column], hops, size }));
}
