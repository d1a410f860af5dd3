import { expectInteger, given } from '../core';
import { inducedBeside } from './egoNetworks';
import type { Graph } from './graph';
import { hopsAround } from './hopsAround';

/** Options of `graph.labelled`. */
export interface LabelledOptions {
  /** Labels, l: as many nodes of each copy have one. 0 or more. */
  labels: number;
  /** Steps, edges taken both ways, within which the other labelled nodes lie of the first. Default: anywhere. */
  distance?: number;
}

/** Copies of a graph, a tuple of labelled nodes each. */
export interface Labelled {
  /** All copies as one graph, copy i as its graph i. */
  graph: Graph;
  /** Labelled nodes of each copy, [copies][l]; a node may have several labels. */
  tuples: number[][];
  /** Node of the original graph that each row stands for, [copies N]. */
  nodes: Int32Array;
  /** Whether each row has each label, 0 or 1, [copies N, l], row by row. */
  marks: Float32Array;
  /** Graph, of those batched in the original, that each copy is of, [copies]. */
  graphOf: Int32Array;
}

const MOST = 2 ** 22;

/**
 * Copies of a graph, one for each tuple of l of its nodes, whose nodes are labelled: relational pooling as subgraph networks have it (k, l-WL of arXiv 2305.04963). A network over all copies whose outputs are pooled is invariant to
 * the order of nodes, and tells more apart than without labels. There are N^l copies, fewer with a distance; of a batch the tuples of each graph.
 *
 * @throws {SwitchyardError} where labels are less than 0, or copies have more than 4,194,304 nodes together.
 */
export function labelled(graph: Graph, options: LabelledOptions): Labelled {
  const { labels, distance = Infinity } = given('graph.labelled', options);
  const where = 'graph.labelled';
  expectInteger(where, 'labels', labels, 0);
  if (distance !== Infinity) {
    expectInteger(where, 'distance', distance, 0);
  }
  const members = Array.from({ length: graph.numGraphs }, (): number[] => []);
  for (let node = 0; node < graph.numNodes; node++) {
    members[graph.graphOf?.[node] ?? 0].push(node);
  }
  const near = hopsAround(graph, distance);
  const copies = members.flatMap((of, index) => tuplesOf(of, labels, distance === Infinity ? () => of : (first) => near(first).map(({ node }) => node)).map((tuple) => ({ of, index, tuple }))); // prettier-ignore
  const numNodes = copies.reduce((sum, { of }) => sum + of.length, 0);
  expectInteger(where, 'nodes of all copies', numNodes, 0, MOST);
  return copied(where, graph, copies, { labels, numNodes });
}

/** Tuples of so many of these nodes; the others are of those that are allowed with the first. */
function tuplesOf(nodes: readonly number[], count: number, allowed: (first: number) => readonly number[]): number[][] {
  if (count === 0) {
    return [[]];
  }
  return nodes.flatMap((first) => {
    let tuples = [[first]];
    for (let label = 1; label < count; label++) {
      tuples = tuples.flatMap((tuple) => allowed(first).map((node) => [...tuple, node]));
    }
    return tuples;
  });
}

function copied(
  where: string,
  graph: Graph,
  copies: readonly { of: readonly number[]; index: number; tuple: number[] }[],
  { labels, numNodes }: { labels: number; numNodes: number }
): Labelled {
  const marks = new Float32Array(numNodes * labels);
  const { graph: all, nodes, centres } = inducedBeside(where, graph, copies.map(({ of }) => of.map((node) => ({ node, distance: 0 })))); // prettier-ignore
  copies.forEach(({ of, tuple }, copy) =>
    tuple.forEach((node, label) => (marks[(centres[copy] + of.indexOf(node)) * labels + label] = 1))
  );
  return { graph: all, tuples: copies.map(({ tuple }) => tuple), nodes, marks, graphOf: Int32Array.from(copies, ({ index }) => index) }; // prettier-ignore
}
