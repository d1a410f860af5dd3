import { fail } from '../../base/core';
import { fromEdges, type Graph } from '../../base/graph';
import { type Neighbourhoods, setsOf, undirectedNeighbourhoods } from '../../base/topology';
import { type RewiredEdge, type Rewiring, reportOf } from './rewiring';

/**
 * Copy of an undirected graph whose edges can be added and removed; loops, weights, features and types of what stays are kept. Added edges have weight 1 and features 0 where the graph has such, and a
 * type of their own, the next one, so that a relational layer can tell them.
 */
export class EditableGraph {
  readonly near: Set<number>[];
  private readonly added = new Map<string, RewiredEdge>();
  private readonly removed = new Map<string, RewiredEdge>();

  /** @throws {SwitchyardError} where an edge has no way back, or several graphs are batched. */
  constructor(
    readonly where: string,
    readonly input: Graph
  ) {
    if (input.numGraphs !== 1) {
      fail(where, 'rewires one graph, not a batch of them', input.numGraphs);
    }
    this.near = setsOf(undirectedNeighbourhoods(where, input));
  }

  get numNodes(): number {
    return this.near.length;
  }

  /** Neighbours of each node now, ascending. */
  get neighbourhoods(): Neighbourhoods {
    return this.near.map((of) => [...of].sort((a, b) => a - b));
  }

  /** Whether two nodes can be joined. */
  canAdd(i: number, j: number): boolean {
    return i !== j && !this.near[i].has(j);
  }

  add(i: number, j: number, of: Pick<RewiredEdge, 'value' | 'met'>): void {
    this.near[i].add(j);
    this.near[j].add(i);
    // One that had been removed is back.
    if (!this.removed.delete(keyOf(i, j))) {
      this.added.set(keyOf(i, j), { source: Math.min(i, j), target: Math.max(i, j), ...of });
    }
  }

  remove(i: number, j: number, of: Pick<RewiredEdge, 'value' | 'met'>): void {
    this.near[i].delete(j);
    this.near[j].delete(i);
    if (!this.added.delete(keyOf(i, j))) {
      this.removed.set(keyOf(i, j), { source: Math.min(i, j), target: Math.max(i, j), ...of });
    }
  }

  /** Puts in what is known of an added edge only now. */
  tell(i: number, j: number, of: Pick<RewiredEdge, 'value' | 'met'>): void {
    Object.assign(this.added.get(keyOf(i, j)) ?? {}, of);
  }

  /** The graph as it is now, and the account of it. */
  finish(criterion: string, typeOf: (edge: RewiredEdge) => number = () => 0): Rewiring {
    const [added, removed] = [[...this.added.values()], [...this.removed.values()]];
    const kept = (i: number, j: number): boolean => !this.removed.has(keyOf(i, j));
    const graph = withEdges(this.input, added, { kept, typeOf });
    return { graph, report: reportOf(this.where, this.input, graph, { criterion, added, removed }) };
  }
}

interface Changes {
  /** Whether an edge of the input stays. */
  kept?: (source: number, target: number) => boolean;
  /** Type of an added edge beyond those of the input. */
  typeOf?: (edge: RewiredEdge) => number;
  /** Nodes after those of the input; their features are 0, where none are given, and their type is the next one. */
  newNodes?: number;
  newFeatures?: Float32Array;
}

/** A graph with the edges that stay and others added both ways. */
export function withEdges(input: Graph, added: readonly RewiredEdge[], changes: Changes = {}): Graph {
  const { kept = () => true, typeOf = () => 0, newNodes = 0, newFeatures } = changes;
  const stays = Array.from(input.sources.keys()).filter((edge) => {
    const [source, target] = [input.sources[edge], input.targets[edge]];
    // Of an undirected edge one way is given.
    return kept(source, target) && (!input.undirected || source <= target);
  });
  const ways = input.undirected ? added : added.flatMap((edge) => [edge, { ...edge, source: edge.target, target: edge.source }]); // prettier-ignore
  const { weights, edgeFeatures, edgeTypes, nodeFeatures, nodeTypes } = input;
  const nextType = edgeTypes?.reduce((most, type) => Math.max(most, type + 1), 0) ?? 1;
  const zeros = (width: number): number[] => new Array<number>(width).fill(0);
  const row = ({ values, width }: { values: Float32Array; width: number }, at: number): number[] =>
    Array.from(values.subarray(at * width, (at + 1) * width));
  return fromEdges({
    numNodes: input.numNodes + newNodes,
    edges: {
      sources: [...stays.map((edge) => input.sources[edge]), ...ways.map(({ source }) => source)],
      targets: [...stays.map((edge) => input.targets[edge]), ...ways.map(({ target }) => target)]
    },
    undirected: input.undirected,
    weights: weights && [...stays.map((edge) => weights[edge]), ...ways.map(() => 1)],
    edgeTypes: [...stays.map((edge) => edgeTypes?.[edge] ?? 0), ...ways.map((edge) => nextType + typeOf(edge))],
    edgeFeatures: edgeFeatures && {
      values: [...stays.flatMap((edge) => row(edgeFeatures, edge)), ...ways.flatMap(() => zeros(edgeFeatures.width))],
      width: edgeFeatures.width
    },
    nodeFeatures: nodeFeatures && {
      values: [...nodeFeatures.values, ...(newFeatures ?? zeros(newNodes * nodeFeatures.width))],
      width: nodeFeatures.width
    },
    nodeTypes: nodeTypes && [
      ...nodeTypes,
      ...new Array<number>(newNodes).fill(nodeTypes.reduce((most, type) => Math.max(most, type + 1), 0))
    ]
  });
}

function keyOf(i: number, j: number): string {
  return i < j ? `${i} ${j}` : `${j} ${i}`;
}
