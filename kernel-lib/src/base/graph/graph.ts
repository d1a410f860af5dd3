import { fail, given as expectGiven } from '../core';
import { type CompressedRows, compressRows } from './csr';
import { checkedEdges, checkedFeatures, checkedTypes, checkedWeights } from './checked';
import type { Features, GraphOptions } from './options';

/**
 * Immutable graph of N nodes and M directed edges, each in compressed rows by its target and (made when it is first asked for) by its source. Edges are numbered by target, then as they were given; what edges have
 * (weights, features, types) has that order. An undirected edge is two.
 */
export class Graph {
  readonly numNodes: number;
  /** Directed edges, M. */
  readonly numEdges: number;
  readonly undirected: boolean;
  /** Node that each edge leaves, [M]. */
  readonly sources: Int32Array;
  /** Node that each edge enters, ascending, [M]. */
  readonly targets: Int32Array;
  /** Place of each edge among those that were given, [M]. */
  readonly given: Int32Array;
  /** [M]; undefined where no weights were given, which counts as 1. */
  readonly weights?: Float32Array;
  readonly nodeFeatures?: Features;
  readonly edgeFeatures?: Features;
  readonly nodeTypes?: Int32Array;
  readonly edgeTypes?: Int32Array;
  /** Graph of each node, [N]; undefined where there is one graph. */
  readonly graphOf?: Int32Array;
  readonly numGraphs: number;
  /** Edges by the node they enter. */
  readonly incoming: CompressedRows;
  private leaving?: CompressedRows;

  /** @internal Use `graph.fromEdges`. */
  constructor(where: string, options: GraphOptions) {
    const { numNodes, undirected = false } = expectGiven(where, options);
    const list = checkedEdges(where, numNodes, options.edges);
    const { sources, targets, given } = undirected ? bothWays(list) : { ...list, given: upTo(list.sources.length) };
    const { starts, neighbours, edges } = compressRows(numNodes, targets, sources);
    const numbers = edges.map((edge) => given[edge]);
    this.numNodes = numNodes;
    this.numEdges = edges.length;
    this.undirected = undirected;
    this.sources = neighbours;
    this.targets = edges.map((edge) => targets[edge]);
    this.given = numbers;
    this.incoming = { starts, neighbours, edges: upTo(edges.length) };
    const count = list.sources.length;
    const weights = checkedWeights(where, count, options.weights);
    this.weights = weights && Float32Array.from(numbers, (edge) => weights[edge]);
    const edgeTypes = checkedTypes(where, 'edgeTypes', count, options.edgeTypes);
    this.edgeTypes = edgeTypes && numbers.map((edge) => edgeTypes[edge]);
    const edgeFeatures = checkedFeatures(where, 'edgeFeatures', count, options.edgeFeatures);
    this.edgeFeatures = edgeFeatures && takeRows(edgeFeatures, numbers);
    this.nodeTypes = checkedTypes(where, 'nodeTypes', numNodes, options.nodeTypes);
    this.nodeFeatures = checkedFeatures(where, 'nodeFeatures', numNodes, options.nodeFeatures);
    this.graphOf = checkedTypes(where, 'graphOf', numNodes, options.graphOf);
    const least = this.graphOf === undefined ? 1 : (this.graphOf[numNodes - 1] ?? -1) + 1;
    this.numGraphs = options.numGraphs ?? least;
    if (this.graphOf?.some((graph, node) => node > 0 && graph < this.graphOf![node - 1])) {
      fail(where, 'graphOf must ascend', Array.from(this.graphOf));
    }
    if (!Number.isInteger(this.numGraphs) || this.numGraphs < least) {
      fail(where, `numGraphs must be an integer of at least ${least}`, this.numGraphs);
    }
    Object.freeze(this.incoming);
  }

  /** N: each node may be a source. */
  get numSources(): number {
    return this.numNodes;
  }

  /** N: each node may be a target. */
  get numTargets(): number {
    return this.numNodes;
  }

  /** Edges by the node they leave: the transposed graph's rows. */
  get outgoing(): CompressedRows {
    this.leaving ??= Object.freeze(compressRows(this.numNodes, this.sources, this.targets));
    return this.leaving;
  }

  /** Weight of an edge; 1 where none were given. */
  weightOf(edge: number): number {
    return this.weights?.[edge] ?? 1;
  }

  /** Options that make this graph again, with each directed edge as given: what derived graphs start from. */
  get directedOptions(): GraphOptions & { edges: { sources: Int32Array; targets: Int32Array } } {
    const { numNodes, sources, targets, weights, nodeFeatures, edgeFeatures } = this;
    const { nodeTypes, edgeTypes, graphOf, numGraphs } = this;
    return { numNodes, edges: { sources, targets }, weights, nodeFeatures, edgeFeatures, nodeTypes, edgeTypes, graphOf, numGraphs }; // prettier-ignore
  }
}

/**
 * A graph from its edges.
 *
 * @example graph.fromEdges({ numNodes: 3, edges: [[0, 1], [1, 2]], undirected: true }).numEdges // 4
 * @throws {SwitchyardError} where an edge is of no node, a weight is not finite, or rows are too few or many.
 */
export function fromEdges(options: GraphOptions): Graph {
  return new Graph('graph.fromEdges', options);
}

interface Ends {
  sources: Int32Array;
  targets: Int32Array;
}

/** Each edge and, right behind it, its way back; a loop once. */
function bothWays({ sources, targets }: Ends): Ends & { given: Int32Array } {
  const loops = sources.reduce((sum, source, edge) => sum + Number(source === targets[edge]), 0);
  const count = 2 * sources.length - loops;
  const out = { sources: new Int32Array(count), targets: new Int32Array(count), given: new Int32Array(count) };
  let at = 0;
  const put = (source: number, target: number, edge: number): void => {
    out.sources[at] = source;
    out.targets[at] = target;
    out.given[at++] = edge;
  };
  sources.forEach((source, edge) => {
    put(source, targets[edge], edge);
    if (source !== targets[edge]) {
      put(targets[edge], source, edge);
    }
  });
  return out;
}

function upTo(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i);
}

/** Rows of features by their numbers. */
export function takeRows({ values, width }: Features, rows: Int32Array): Features {
  const out = new Float32Array(rows.length * width);
  rows.forEach((row, i) => out.set(values.subarray(row * width, (row + 1) * width), i * width));
  return { values: out, width };
}
