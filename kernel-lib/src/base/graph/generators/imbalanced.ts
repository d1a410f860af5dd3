import { expectInteger, expectNumber, fail, given, Random } from '../../core';
import { fromEdges, type Graph } from '../graph';
import { blockFeatures } from './random';

/** Options of `graph.generators.imbalanced`. */
export interface ImbalancedOptions {
  /** N. */
  nodes: number;
  /** C, 2 or more. Default 3. */
  classes?: number;
  /** How many times as large the first class is as the last, 1 or more; those between fall evenly by a factor. Default 1. */
  classRatio?: number;
  /** How many times as many edges nodes of the first half of each class expect as those of the second, 1 or more. Default 1. */
  topologyRatio?: number;
  /** Edges that a node expects, on average. Default 8. */
  degree?: number;
  /** Share of edges that join nodes of one class, were classes alike in size, 0..1. Default 0.8. */
  homophily?: number;
  /** Features, as of `graph.generators.stochasticBlockModel`. */
  features?: { width: number; signal?: number };
  /** Default 0. */
  seed?: number;
}

/**
 * Graph whose classes and degrees are imbalanced as far as is asked for (the two kinds of IGL-Bench, arXiv 2406.09870), undirected; a node's type is its class, and nodes of each class stand together, those of many edges first. Edges
 * are drawn each for itself, in proportion to both ends' share of degrees and to the homophily.
 *
 * @throws {SwitchyardError} where an option is out of range, a class would have less than two nodes, or a pair would need a probability above 1.
 */
export function imbalanced(options: ImbalancedOptions): Graph {
  const where = 'graph.generators.imbalanced';
  const { nodes, classes = 3, classRatio = 1, topologyRatio = 1, degree = 8, homophily = 0.8, features, seed = 0 } = given(where, options); // prettier-ignore
  expectInteger(where, 'nodes', nodes, 2);
  expectInteger(where, 'classes', classes, 2);
  expectNumber(where, 'classRatio', classRatio, 1);
  expectNumber(where, 'topologyRatio', topologyRatio, 1);
  expectNumber(where, 'degree', degree, 0);
  expectNumber(where, 'homophily', homophily, 0, 1);
  const sizes = sizesOf(nodes, classes, classRatio);
  if (Math.min(...sizes) < 2) {
    fail(where, 'each class must have two nodes at least', sizes);
  }
  const nodeTypes = sizes.flatMap((size, type) => new Array<number>(size).fill(type));
  const share = sizes.flatMap((size) => Array.from({ length: size }, (_, i) => (i < size / 2 ? topologyRatio : 1)));
  const random = Random.fromSeed(seed).child(where);
  const edges = drawn(where, { nodeTypes, share, degree, homophily, classes }, random.child('edges').generator());
  const nodeFeatures = features && blockFeatures(where, nodeTypes, classes, features, random.child('features'));
  return fromEdges({ numNodes: nodes, edges, nodeTypes, nodeFeatures, undirected: true });
}

/** Sizes that fall by one factor and sum to N. */
function sizesOf(nodes: number, classes: number, ratio: number): number[] {
  const parts = Array.from({ length: classes }, (_, i) => ratio ** (-i / (classes - 1)));
  const total = parts.reduce((a, b) => a + b, 0);
  const sizes = parts.map((part) => Math.round((nodes * part) / total));
  sizes[0] += nodes - sizes.reduce((a, b) => a + b, 0);
  return sizes;
}

interface Plan {
  nodeTypes: readonly number[];
  share: readonly number[];
  degree: number;
  homophily: number;
  classes: number;
}

function drawn(where: string, plan: Plan, next: () => number): [number, number][] {
  const { nodeTypes, share, degree, homophily, classes } = plan;
  const affinity = (i: number, j: number): number => share[i] * share[j] * (nodeTypes[i] === nodeTypes[j] ? homophily : (1 - homophily) / (classes - 1)); // prettier-ignore
  let total = 0;
  nodeTypes.forEach((_, i) => nodeTypes.forEach((_other, j) => (total += i < j ? affinity(i, j) : 0)));
  const scale = (degree * nodeTypes.length) / 2 / Math.max(total, Number.MIN_VALUE);
  const edges: [number, number][] = [];
  nodeTypes.forEach((_, i) => {
    for (let j = i + 1; j < nodeTypes.length; j++) {
      const probability = scale * affinity(i, j);
      if (probability > 1) {
        fail(where, 'a pair must need a probability of at most 1 (fewer edges, or lower ratios)', probability);
      }
      if (next() < probability) {
        edges.push([i, j]);
      }
    }
  });
  return edges;
}
