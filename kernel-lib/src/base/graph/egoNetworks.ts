import { expectInteger, given } from '../core';
import { Graph, takeRows } from './graph';
import { hopsAround, type NearNode } from './hopsAround';

/** Networks round each node of a graph, or round each edge, side by side. */
export interface EgoNetworks {
  /** All of them as one graph: the nodes near a centre and all edges among them, with their weights, types and features; network i is graph i. */
  graph: Graph;
  /** Node of the original graph that each row stands for, [R]. */
  nodes: Int32Array;
  /** Steps from the centre of its network to each row, [R]. */
  distances: Int32Array;
  /** Row of each network's centre, [networks]. */
  centres: Int32Array;
  /** Edge of the original graph that each edge stands for. */
  edges: Int32Array;
}

/** Options of `graph.egoNetworks`. */
export interface EgoNetworkOptions {
  /** Steps from a centre, edges taken both ways, that its network reaches, 0 or more. */
  radius: number;
  /** Nodes that networks are round, in this order. Default: all. */
  centres?: ArrayLike<number>;
}

/**
 * Ego networks: round each centre the nodes within a radius and all edges among them, as one batched graph. Rows of a network are in the order of their distance, then of their numbers: the centre is its first. What nodes hold
 * comes to the rows by `tf.gather(x, nodes)`, a mark of the centre by `centres`.
 *
 * @throws {SwitchyardError} where the radius is no integer of at least 0, or a centre is not there.
 */
export function egoNetworks(graph: Graph, options: EgoNetworkOptions): EgoNetworks {
  const { radius, centres } = given('graph.egoNetworks', options);
  const where = 'graph.egoNetworks';
  expectInteger(where, 'radius', radius, 0);
  const around = centres === undefined ? Array.from({ length: graph.numNodes }, (_, node) => node) : Array.from(centres); // prettier-ignore
  around.forEach((node) => expectInteger(where, 'centres', node, 0, graph.numNodes - 1));
  const near = hopsAround(graph, radius);
  return inducedBeside(where, graph, around.map(near));
}

/** Subgraphs of some nodes each, with their distances, side by side; the first of each is its centre. */
export function inducedBeside(where: string, graph: Graph, parts: readonly (readonly NearNode[])[]): EgoNetworks {
  const { incoming, weights, edgeTypes, edgeFeatures } = graph;
  const place = new Int32Array(graph.numNodes).fill(-1);
  const [nodes, distances, graphOf, centres]: number[][] = [[], [], [], []];
  const [sources, targets, edges]: number[][] = [[], [], []];
  parts.forEach((part, i) => {
    const start = nodes.length;
    centres.push(start);
    part.forEach(({ node, distance }, row) => {
      place[node] = start + row;
      nodes.push(node);
      distances.push(distance);
      graphOf.push(i);
    });
    for (const { node } of part) {
      for (let e = incoming.starts[node]; e < incoming.starts[node + 1]; e++) {
        if (place[incoming.neighbours[e]] >= 0) {
          sources.push(place[incoming.neighbours[e]]);
          targets.push(place[node]);
          edges.push(e);
        }
      }
    }
    part.forEach(({ node }) => (place[node] = -1));
  });
  const of = (all?: ArrayLike<number>): number[] | undefined => all && edges.map((edge) => all[edge]); // prettier-ignore
  const all = new Graph(where, {
    ...{ numNodes: nodes.length, edges: { sources, targets }, graphOf, numGraphs: parts.length },
    ...{
      weights: of(weights),
      edgeTypes: of(edgeTypes),
      edgeFeatures: edgeFeatures && takeRows(edgeFeatures, Int32Array.from(edges))
    },
    nodeTypes: graph.nodeTypes && nodes.map((node) => graph.nodeTypes![node])
  });
  return {
    graph: all,
    nodes: Int32Array.from(nodes),
    distances: Int32Array.from(distances),
    centres: Int32Array.from(centres),
    edges: all.given.map((edge) => edges[edge])
  };
}
