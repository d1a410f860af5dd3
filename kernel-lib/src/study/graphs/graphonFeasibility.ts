import { expectInteger, expectNumber, given } from '../../base/core';
import type { Graph } from '../../base/graph';
import { checkGraphon } from '../../base/graph/generators/graphon';

/** Options of `graph.probes.graphon`. */
export interface GraphonEstimateOptions {
  /** Cells, K. Default 6. */
  cells?: number;
}

/**
 * Graphon of graphs that are alike, estimated as a histogram (Chan and Airoldi, 2014), [K][K]: nodes stand in the order of their degrees, in K cells of equal size, and the share of edges between each two cells is the mean over the graphs.
 * Edges are taken both ways.
 *
 * @throws {SwitchyardError} where there is no graph, or one has fewer nodes than twice the cells.
 */
export function graphon(graphs: readonly Graph[], options: GraphonEstimateOptions = {}): number[][] {
  const where = 'graph.probes.graphon';
  const { cells = 6 } = given(where, options);
  expectInteger(where, 'cells', cells, 1);
  expectInteger(where, 'graphs', graphs.length, 1);
  const zeros = (): number[][] => Array.from({ length: cells }, () => new Array<number>(cells).fill(0));
  const [edges, pairs] = [zeros(), zeros()];
  for (const graph of graphs) {
    expectInteger(where, 'nodes', graph.numNodes, 2 * cells);
    const near = Array.from({ length: graph.numNodes }, () => new Set<number>());
    graph.sources.forEach((source, edge) => {
      if (source !== graph.targets[edge]) {
        near[source].add(graph.targets[edge]);
        near[graph.targets[edge]].add(source);
      }
    });
    const order = near.map((_, node) => node).sort((a, b) => near[b].size - near[a].size || a - b);
    const cell = new Int32Array(graph.numNodes);
    order.forEach((node, place) => (cell[node] = Math.floor((place * cells) / graph.numNodes)));
    const sizes = new Array<number>(cells).fill(0);
    cell.forEach((of) => sizes[of]++);
    near.forEach((of, node) => of.forEach((other) => edges[cell[node]][cell[other]]++));
    sizes.forEach((a, i) => sizes.forEach((b, j) => (pairs[i][j] += a * (i === j ? b - 1 : b))));
  }
  return edges.map((row, i) => row.map((count, j) => count / Math.max(1, pairs[i][j])));
}

/** Options of `graph.probes.feasibility`. */
export interface FeasibilityOptions {
  /** Graphons of what a network was or would be trained on, [bases][K][K]. */
  bases: readonly (readonly (readonly number[])[])[];
  /** Steps of the fit. Default 400. */
  steps?: number;
  /** Default 2. */
  learningRate?: number;
}

/** How likely a mixture of bases makes graphs of a kind. */
export interface Feasibility {
  /** Geometric mean, over pairs of nodes, of the likelihood of the best mixture over that of the target itself, 0..1. */
  feasibility: number;
  /** Share of each basis in that mixture. */
  weights: number[];
  /** Kullback-Leibler divergence of the target from the mixture, in nats a pair. */
  divergence: number;
}

/** Keeps probabilities of 0 and 1 finite. */
const LEAST = 1e-3;

/**
 * Feasibility of pre-training for graphs of a kind (W2PGNN, arXiv 2303.16458): convex combinations of the graphons of what is pre-trained on span what could have been generated, and the target is as feasible as the likeliest of these makes it.
 * The likelihood is concave in the weights; they are found by exponentiated gradients.
 *
 * @param target - Graphon of the downstream graphs, of as many cells: `graph.probes.graphon`.
 * @throws {SwitchyardError} where there is no basis, or one is of another size.
 */
export function feasibility(target: readonly (readonly number[])[], options: FeasibilityOptions): Feasibility {
  const where = 'graph.probes.feasibility';
  const { bases, steps = 400, learningRate = 2 } = given(where, options);
  expectInteger(where, 'bases', bases.length, 1);
  expectInteger(where, 'steps', steps, 0);
  expectNumber(where, 'learningRate', learningRate, 0);
  [target, ...bases].forEach((each) => checkGraphon(where, each));
  bases.forEach((basis) => expectInteger(where, 'cells of a basis', basis.length, target.length, target.length));
  const inside = (p: number): number => Math.min(1 - LEAST, Math.max(LEAST, p));
  const wanted = target.flat().map(inside);
  const flat = bases.map((basis) => basis.flat().map(inside));
  let weights = bases.map(() => 1 / bases.length);
  const mixture = (): number[] => wanted.map((_, i) => flat.reduce((sum, basis, b) => sum + weights[b] * basis[i], 0));
  for (let step = 0; step < steps; step++) {
    const p = mixture();
    const slopes = flat.map((basis) => basis.reduce((sum, q, i) => sum + (q * (wanted[i] - p[i])) / (p[i] * (1 - p[i])), 0) / wanted.length); // prettier-ignore
    const most = Math.max(...slopes);
    const raised = weights.map((weight, b) => weight * Math.exp(learningRate * (slopes[b] - most)));
    const sum = raised.reduce((a, b) => a + b);
    weights = raised.map((each) => each / sum);
  }
  const p = mixture();
  const divergence = wanted.reduce((sum, h, i) => sum + h * Math.log(h / p[i]) + (1 - h) * Math.log((1 - h) / (1 - p[i])), 0) / wanted.length; // prettier-ignore
  return { feasibility: Math.exp(-divergence), weights, divergence };
}
