import { expectInteger, expectNumber, fail, Random, given } from '../../base/core';
import type { Graph } from '../../base/graph';
import { kMeans } from '../../base/math';
import { symmetricEigen } from '../../base/math/symmetricEigen';
import { neighbourhoods } from '../../base/topology';
import { ridgeClasses, standardized } from './ridgeClasses';

/** Parts of a graph whose information is measured. */
export type InformationComponent = 'structure' | 'features' | 'propagated';

/** Options of `graph.probes.usableInformation`. */
export interface UsableInformationOptions {
  /** Class of each node, from 0: what the information is about. */
  classes: ArrayLike<number>;
  /** Width of the embedding of the structure. Default: one less than there are classes, which is what blocks of nodes show in. */
  dim?: number;
  /** Cells that an embedding is divided into. Default twice the number of classes. */
  cells?: number;
  /** Nodes that labels are known of, for the closed-form predictor. Default: every second one. */
  train?: readonly number[];
  /** Ridge penalty of the closed-form predictor. Default 1e-2. */
  penalty?: number;
  /** Default 0. */
  seed?: number;
}

/** Usable information of one component. */
export interface UsableInformation {
  component: InformationComponent;
  /** `2^-H(Y given X)` with X the cell of the embedding: 1 where it says the class, `2^-H(Y)` where it says nothing. */
  score: number;
  /** Accuracy of the best rule on the same cells, never below the score. */
  bestOfCells: number;
  /** Cell of each node. */
  cells: Int32Array;
}

/** Usable information of each component, and what a predictor without training makes of all. */
export interface UsableInformationReport {
  components: UsableInformation[];
  /** Class that ridge regression on all components gives each node, fitted to the nodes of `train` in closed form. */
  predicted: Int32Array;
}

/**
 * Usable information of a network about classes of its nodes, without training (NetInfoF; Lee et al., 2024, arXiv 2402.07999): embeddings of the structure (leading eigenvectors of the normalised adjacency), of the features and of
 * features propagated over two steps, each divided into cells and scored by `2^-H(Y given X)`; and a linear predictor on all of them in closed form. A graph without features has the structure alone.
 *
 * @throws {SwitchyardError} where there is not a class for each node, or beyond 1,024 nodes.
 */
export function usableInformation(graph: Graph, options: UsableInformationOptions): UsableInformationReport {
  const where = 'graph.probes.usableInformation';
  const { classes, penalty = 1e-2, seed = 0 } = given('graph.probes.usableInformation', options);
  expectInteger(where, 'nodes', graph.numNodes, 2, 1024);
  if (classes.length !== graph.numNodes) {
    fail(where, `there must be a class for each of the ${graph.numNodes} nodes`, classes.length);
  }
  Array.from(classes).forEach((each) => expectInteger(where, 'classes', each, 0));
  const count = Math.max(...Array.from(classes)) + 1;
  const {
    dim = Math.max(1, count - 1),
    cells = 2 * count,
    train = Array.from(classes, (_, v) => v).filter((v) => v % 2 === 0)
  } = options;
  expectInteger(where, 'dim', dim, 1, graph.numNodes - 1);
  expectInteger(where, 'cells', cells, 1, graph.numNodes);
  expectNumber(where, 'penalty', penalty, 0);
  train.forEach((node) => expectInteger(where, 'train', node, 0, graph.numNodes - 1));
  const embeddings = embeddingsOf(graph, dim);
  const random = Random.fromSeed(seed).child(where);
  const components = embeddings.map(([component, rows]): UsableInformation => {
    const { members } = kMeans(rows, { count: cells, next: random.child(component).generator() });
    const own = new Int32Array(graph.numNodes);
    members.forEach((nodes, cell) => nodes.forEach((node) => (own[node] = cell)));
    return { component, cells: own, ...scoreOf(members, classes, count) };
  });
  const all = classes.length === 0 ? [] : embeddings[0][1].map((_, v) => [...embeddings.flatMap(([, rows]) => [...standardized(rows)[v]]), 1]); // prettier-ignore
  return { components, predicted: ridgeClasses(where, all, { classes, count, train, penalty }) };
}

function embeddingsOf(graph: Graph, dim: number): [InformationComponent, Float64Array[]][] {
  const near = neighbourhoods(graph);
  const matrix = near.map((of, i) => {
    const row = new Float64Array(near.length);
    of.forEach((j) => (row[j] = 1 / Math.sqrt(of.length * near[j].length)));
    row[i] += Number(of.length === 0);
    return row;
  });
  const { vectors } = symmetricEigen(matrix);
  // The first says degrees alone.
  const leading = vectors.slice(-dim - 1, -1);
  const structure = near.map((_, v) => Float64Array.from(leading, (vector) => vector[v] * Math.sqrt(near.length)));
  if (graph.nodeFeatures === undefined) {
    return [['structure', structure]];
  }
  const { values, width } = graph.nodeFeatures;
  const features = near.map((_, v) => Float64Array.from(values.subarray(v * width, (v + 1) * width)));
  const mean = (rows: Float64Array[]): Float64Array[] => near.map((of) => features[0].map((_, f) => of.reduce((sum, j) => sum + rows[j][f], 0) / (of.length || 1))); // prettier-ignore
  return [['structure', structure], ['features', features], ['propagated', mean(mean(features))]]; // prettier-ignore
}

function scoreOf(
  members: readonly number[][],
  classes: ArrayLike<number>,
  count: number
): Pick<UsableInformation, 'score' | 'bestOfCells'> {
  let [entropy, right] = [0, 0];
  for (const nodes of members) {
    const of = new Array<number>(count).fill(0);
    nodes.forEach((node) => of[classes[node]]++);
    of.forEach((n) => (entropy -= n === 0 ? 0 : (n / classes.length) * Math.log2(n / nodes.length)));
    right += nodes.length === 0 ? 0 : Math.max(...of);
  }
  return { score: 2 ** -entropy, bestOfCells: right / classes.length };
}
