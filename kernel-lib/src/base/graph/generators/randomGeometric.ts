import { expectInteger, expectNumber, given, Random } from '../../core';
import { type Graph, fromEdges } from '../graph';
import { radiusGraph } from '../radiusGraph';

/** Options of `graph.generators.randomGeometric`. */
export interface RandomGeometricOptions {
  nodes: number;
  /** Length up to which two nodes are joined. */
  radius: number;
  /** Default 2. */
  dimensions?: number;
  /** Default 0. */
  seed?: number;
}

/** Random geometric graph: nodes drawn evenly in a cube of side 1, both ways joined to all within a radius; features of nodes are their coordinates, weights of edges their lengths. */
export function randomGeometric(options: RandomGeometricOptions): Graph {
  const where = 'graph.generators.randomGeometric';
  const { nodes, radius, dimensions = 2, seed = 0 } = given(where, options);
  expectInteger(where, 'nodes', nodes, 1);
  expectInteger(where, 'dimensions', dimensions, 1);
  expectNumber(where, 'radius', radius, Number.MIN_VALUE);
  const next = Random.fromSeed(seed).child(where).generator();
  const points = Array.from({ length: nodes }, () => Array.from({ length: dimensions }, next));
  const { sources, targets } = radiusGraph(points, { radius });
  const weights = Float32Array.from(sources, (source, e) => Math.hypot(...points[source].map((value, d) => value - points[targets[e]][d]))); // prettier-ignore
  return fromEdges({ numNodes: nodes, edges: { sources, targets }, weights, nodeFeatures: points });
}
