import { tf } from '../../../base/backend';
import { expectInteger, expectShape, fail, given } from '../../../base/core';
import type { Graph } from '../../../base/graph';
import { edgeScatter, neighbourSum } from '../../../base/ops/graph';

/** Restriction maps of the two ends of each edge into the edge's own space: diagonals, [M, d], or whole matrices, [M, d * d], row by row. */
export interface RestrictionMaps {
  source: tf.Tensor2D;
  target: tf.Tensor2D;
}

/** Options of `graph.sheafLaplacian`. */
export interface SheafLaplacianOptions {
  /** Width of what stands at each node and at each edge, d. */
  stalkWidth: number;
  /** Whether it is scaled from both sides by `(1 + D)^-1/2`, with D the sum of `F^T F` over the edges that enter a node: its diagonal where maps are diagonal, its trace where they are not, which is a bound. Eigenvalues are then in 0..2. Default false. */
  normalized?: boolean;
}

/**
 * Sheaf Laplacian (arXiv 2012.06333) times x: of each node v the sum over the edges u to v of `w F_v^T (F_v x_v - F_u x_u)`, x [N, d C] (d blocks of C channels) to [N, d C]. Edges count by the graph's weights. It is symmetric
 * where the two ways of an undirected edge have the same maps; maps that are the identity make it the Laplacian `D - A`. No row is made for an edge but of its maps; gradients reach x and the maps.
 *
 * @throws {SwitchyardError} where maps are neither [M, d] nor [M, d * d], or d does not divide the features.
 */
export function sheafLaplacian(
  x: tf.Tensor2D,
  graph: Graph,
  maps: RestrictionMaps,
  options: SheafLaplacianOptions
): tf.Tensor2D {
  const { stalkWidth, normalized = false } = given('graph.sheafLaplacian', options);
  const where = 'graph.sheafLaplacian';
  expectInteger(where, 'stalkWidth', stalkWidth, 1);
  expectShape(where, x, [graph.numNodes, 'F']);
  if (x.shape[1] % stalkWidth !== 0) {
    fail(where, `stalkWidth must divide ${x.shape[1]} features`, stalkWidth);
  }
  const width = maps.target.shape[1];
  if (width !== stalkWidth && width !== stalkWidth ** 2) {
    fail(where, `maps must be of ${stalkWidth} or ${stalkWidth ** 2} values`, width);
  }
  [maps.source, maps.target].forEach((map) => expectShape(where, map, [graph.numEdges, width]));
  return tf.tidy(() => {
    const weights = tf.tensor2d(graph.weights ?? new Float32Array(graph.numEdges).fill(1), [graph.numEdges, 1]);
    const parts = { x, graph, maps, weights, d: stalkWidth, normalized };
    return width === stalkWidth ? ofDiagonals(parts) : ofMatrices(parts);
  });
}

interface Parts {
  x: tf.Tensor2D;
  graph: Graph;
  maps: RestrictionMaps;
  weights: tf.Tensor2D;
  d: number;
  normalized: boolean;
}

/** Values of a node and block, [N, d], times the channels of that block. */
function times(x: tf.Tensor2D, by: tf.Tensor): tf.Tensor2D {
  const [nodes, width] = x.shape;
  const blocks = by.shape[1]!;
  return x
    .reshape([nodes, blocks, width / blocks])
    .mul(by.expandDims(2))
    .reshape([nodes, width]);
}

function ofDiagonals({ x, graph, maps, weights, normalized }: Parts): tf.Tensor2D {
  const degree = edgeScatter(maps.target.square().mul(weights), graph, 'sum');
  const scale = normalized ? degree.add(1).rsqrt() : tf.onesLike(degree);
  const given = times(x, scale);
  const heard = neighbourSum(given, graph, maps.target.mul(maps.source).mul(weights));
  return times(times(given, degree).sub<tf.Tensor2D>(heard), scale);
}

function ofMatrices({ x, graph, maps, weights, d, normalized }: Parts): tf.Tensor2D {
  const [nodes, width] = x.shape;
  const matrices = (map: tf.Tensor2D): tf.Tensor3D => map.reshape([graph.numEdges, d, d]);
  const towards = (map: tf.Tensor2D): tf.Tensor2D =>
    tf
      .matMul(matrices(maps.target), matrices(map), true)
      .reshape<tf.Tensor2D>([graph.numEdges, d * d])
      .mul(weights);
  const degree = edgeScatter(towards(maps.target), graph, 'sum').reshape<tf.Tensor3D>([nodes, d, d]);
  const scale = normalized ? degree.mul(tf.eye(d)).sum([1, 2]).add(1).rsqrt().expandDims(1) : tf.ones([nodes, 1]);
  const given = times(x, scale);
  const own = tf.matMul(degree, given.reshape<tf.Tensor3D>([nodes, d, width / d])).reshape<tf.Tensor2D>([nodes, width]);
  return times(own.sub<tf.Tensor2D>(heardThrough(given, graph, towards(maps.source), d)), scale);
}

// Block i hears block (i + shift) mod d of its neighbours: d sums with a weight for each edge and block, instead of a row for each edge.
function heardThrough(x: tf.Tensor2D, graph: Graph, matrices: tf.Tensor2D, d: number): tf.Tensor2D {
  const sums = Array.from({ length: d }, (_, shift) => {
    const blocks = tf.split(x, d, 1);
    const turned = tf.concat(blocks.map((_block, i) => blocks[(i + shift) % d]), 1) as tf.Tensor2D; // prettier-ignore
    const places = Array.from({ length: d }, (_unused, i) => i * d + ((i + shift) % d));
    return neighbourSum(turned, graph, tf.gather(matrices, tf.tensor1d(places, 'int32'), 1));
  });
  return tf.addN(sums) as tf.Tensor2D;
}
