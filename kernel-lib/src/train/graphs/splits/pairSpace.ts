import { fail } from '../../../base/core';
import type { Graph } from '../../../base/graph';

/** Two nodes that a link joins, or might. */
export type Pair = [source: number, target: number];

/** The pairs of nodes that could be links: of an undirected graph without order, of one with two kinds of nodes from one to the other, and never a node with itself. */
export class PairSpace {
  /** Whether each edge has its way back. */
  readonly undirected: boolean;
  private readonly from: readonly number[];
  private readonly to: readonly number[];

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
  }

  /** Number of pairs. */
  get size(): number {
    if (this.between !== undefined) {
      return this.from.length * this.to.length;
    }
    const ordered = this.from.length * (this.from.length - 1);
    return this.undirected ? ordered / 2 : ordered;
  }

  /** Number of the pair that an edge is of; null where it is none (a loop, or between other types). */
  key(source: number, target: number): number | null {
    if (source === target) {
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
    return this.from.flatMap((a) =>
      this.to.flatMap((b) =>
        a !== b && (this.between !== undefined || !this.undirected || a < b) ? [a * this.graph.numNodes + b] : []
      )
    );
  }

  /** A pair drawn evenly; null where the draw was none. */
  draw(next: () => number): number | null {
    const pick = (of: readonly number[]): number => of[Math.floor(next() * of.length)];
    return this.key(pick(this.from), pick(this.to));
  }
}
