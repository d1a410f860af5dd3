import { expectInteger, given } from '../../../base/core';
import { type Features, type Graph, hopsAround } from '../../../base/graph';
import { neighbourhoods } from '../../../base/topology';

/** Options of `graph.embed.egoNodes` and `graph.embed.egoEdges`. */
export interface EgoEncodingOptions {
  /** Steps, edges taken both ways, that an ego network reaches, k. */
  radius: number;
  /** Highest degree that has a column, D: higher ones count as it. Default: the highest of the graph. */
  maxDegree?: number;
}

/**
 * Ego-network encodings of nodes (IGEL, which ELENE extends, arXiv 2312.05905): how many nodes of a node's ego network have each distance from it and each degree within the network, [N, (k + 1) (D + 1)]. Of the simple
 * undirected graph.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function egoNodes(graph: Graph, options: EgoEncodingOptions): Features {
  const { distances, degreeIn, columns, radius } = egos('graph.embed.egoNodes', graph, options);
  const width = (radius + 1) * columns;
  const values = new Float32Array(graph.numNodes * width);
  for (let node = 0; node < graph.numNodes; node++) {
    const own = distances(node);
    own.forEach((distance, member) => values[node * width + distance * columns + degreeIn(member, own)]++);
  }
  return { values, width };
}

/**
 * Edge-level ego-network encodings (ELENE, arXiv 2312.05905): of the nodes that are in the ego networks of both ends of an edge, how many have each distance from the source, each from the target and each degree among
 * themselves, [M, (k + 1)^2 (D + 1)], in the order of the edges: features for `graph.gine` and its like. Memory is linear in edges. Of the simple undirected graph, for each directed edge.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function egoEdges(graph: Graph, options: EgoEncodingOptions): Features {
  const { distances, degreeIn, columns, radius } = egos('graph.embed.egoEdges', graph, options);
  const width = (radius + 1) ** 2 * columns;
  const values = new Float32Array(graph.numEdges * width);
  graph.sources.forEach((source, edge) => {
    const [one, other] = [distances(source), distances(graph.targets[edge])];
    const both = new Map([...one].filter(([node]) => other.has(node)));
    both.forEach((distance, member) => {
      const pair = distance * (radius + 1) + other.get(member)!;
      values[edge * width + pair * columns + degreeIn(member, both)]++;
    });
  });
  return { values, width };
}

/** Ego networks of a graph: distances of the members of each, found once, and degrees within some nodes, not above D. */
function egos(where: string, graph: Graph, options: EgoEncodingOptions) {
  const near = neighbourhoods(graph);
  const { radius, maxDegree = near.reduce((most, { length }) => Math.max(most, length), 0) } = given(where, options);
  expectInteger(where, 'radius', radius, 0);
  expectInteger(where, 'maxDegree', maxDegree, 0);
  const around = hopsAround(graph, radius);
  const known = new Map<number, ReadonlyMap<number, number>>();
  const distances = (node: number): ReadonlyMap<number, number> => {
    const found = known.get(node) ?? new Map(around(node).map((each) => [each.node, each.distance]));
    known.set(node, found);
    return found;
  };
  const degreeIn = (node: number, inside: ReadonlyMap<number, number>): number =>
    Math.min(maxDegree, near[node].filter((other) => inside.has(other)).length);
  return { distances, degreeIn, columns: maxDegree + 1, radius };
}
