import { fail } from '../../../base/core';
import type { Graph } from '../../../base/graph';

/** Two nodes that a link joins, or might. */
export type Pair = [source: number, target: number];

/** The pairs of nodes that could be links: of an undirected graph without order, of one with two kinds of nodes from one to the other, of a batch within each of its graphs, and never a node with itself. */
export class PairSpace {
  /** Whether each edge has its way back. */
  readonly undirected: boolean;
  private readonly from: readonly number[];
  private readonly to: readonly number[];
  /** Nodes that links lead from and to in each graph of a batch. */
  private readonly each: readonly { from: number[]; to: number[] }[];

  constructor(
    where: string,
    private readonly graph: Graph,
    private readonly between?: readonly [from: number, to: number]
  ) {
    const { numNodes, sources, targets, nodeTypes } = graph;
    const ways = new Set(Array.from(sources, (source, edge) => source * numNodes + targets[edge]));
    this.undirected = sources.every((source, edge) => ways.has(targets[edge] * numNodes + source));
    const nodes = Array.from({ length: numNodes }, (_, node) => node);
    if (between !== undefined && (nodeTypes === undefined || between[0] === between[1])) {
      fail(where, 'between must be two types of nodes, and the graph have such', between);
    }
    const ofType = (type?: number): number[] => nodes.filter((node) => type === undefined || nodeTypes![node] === type);
    this.from = ofType(between?.[0]);
    this.to = ofType(between?.[1]);
    this.each = Array.from({ length: graph.numGraphs }, () => ({ from: [], to: [] }));
    this.from.forEach((node) => this.each[graph.graphOf?.[node] ?? 0].from.push(node));
    this.to.forEach((node) => this.each[graph.graphOf?.[node] ?? 0].to.push(node));
  }

  /** Number of pairs. */
  get size(): number {
    return this.each.reduce((sum, { from, to }) => {
      if (this.between !== undefined) {
        return sum + from.length * to.length;
      }
      const ordered = from.length * (from.length - 1);
      return sum + (this.undirected ? ordered / 2 : ordered);
    }, 0);
  }

  /** Number of the pair that an edge is of; null where it is none (a loop, between other types or two graphs of a batch). */
  key(source: number, target: number): number | null {
    const { graphOf } = this.graph;
    if (source === target || graphOf?.[source] !== graphOf?.[target]) {
      return null;
    }
    if (this.between !== undefined) {
      const types = this.graph.nodeTypes!;
      const [from, to] = this.between;
      if (types[source] === from && types[target] === to) {
        return source * this.graph.numNodes + target;
      }
      // The way back of a link is the same link.
      return types[source] === to && types[target] === from ? target * this.graph.numNodes + source : null;
    }
    const [a, b] = this.undirected && source > target ? [target, source] : [source, target];
    return a * this.graph.numNodes + b;
  }

  pair(key: number): Pair {
    return [Math.floor(key / this.graph.numNodes), key % this.graph.numNodes];
  }

  /** Pairs that an edge joins. */
  joined(): Set<number> {
    const { sources, targets } = this.graph;
    const keys = Array.from(sources, (source, edge) => this.key(source, targets[edge]));
    return new Set(keys.filter((key) => key !== null));
  }

  all(): number[] {
    return this.each.flatMap(({ from, to }) =>
      from.flatMap((a) =>
        to.flatMap((b) =>
          a !== b && (this.between !== undefined || !this.undirected || a < b) ? [a * this.graph.numNodes + b] : []
        )
      )
    );
  }

  /** A pair drawn evenly; null where the draw was none. */
  draw(next: () => number): number | null {
    const pick = (of: readonly number[]): number => of[Math.floor(next() * of.length)];
    return this.key(pick(this.from), pick(this.to));
  }
}
