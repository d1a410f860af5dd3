import { expectShape, fail } from '../core';
import type { tf } from '../backend';
import type { Graph } from '../graph';
import { conductances, indexIn, undirectedNeighbourhoods } from './neighbourhoods';

/** Options of `graph.probes.dirichletEnergy`. */
export interface EnergyOptions {
  /** Whether values are divided by the root of their node's degree, as GCN has it; else plain differences. Default true. */
  normalized?: boolean;
}

/**
 * Dirichlet energy of values on nodes [N, F]: the weighted sum over undirected edges of `|x_i / sqrt(d_i) - x_j / sqrt(d_j)|^2`. 0 where values are smooth (over-smoothing), and of a graph without edges.
 *
 * @throws {SwitchyardError} where an edge has no way back, a weight is below 0 or the values are not of all nodes.
 */
export function dirichletEnergy(
  graph: Graph,
  values: tf.Tensor2D | readonly (readonly number[])[],
  { normalized = true }: EnergyOptions = {}
): number {
  const where = 'graph.probes.dirichletEnergy';
  const rows = Array.isArray(values) ? (values as number[][]) : rowsOf(where, values as tf.Tensor2D, graph.numNodes);
  expectRows(where, rows, graph.numNodes);
  const near = undirectedNeighbourhoods(where, graph);
  const weights = conductances(where, graph, near);
  const scale = weights.map((row) => (normalized ? 1 / Math.sqrt(row.reduce((a, b) => a + b, 0) || Infinity) : 1));
  let energy = 0;
  near.forEach((of, i) =>
    of.forEach((j) => {
      const weight = weights[i][indexIn(of, j)];
      rows[i].forEach((value, f) => (energy += (weight * (value * scale[i] - rows[j][f] * scale[j]) ** 2) / 2));
    })
  );
  return energy;
}

function rowsOf(where: string, values: tf.Tensor2D, count: number): number[][] {
  expectShape(where, values, [count, 'F']);
  const [flat, width] = [values.dataSync(), values.shape[1]];
  return Array.from({ length: count }, (_, i) => Array.from(flat.slice(i * width, (i + 1) * width)));
}

function expectRows(where: string, rows: readonly (readonly number[])[], count: number): void {
  const width = rows[0]?.length ?? 0;
  if (rows.length !== count || rows.some((row) => row.length !== width)) {
    fail(where, `values must be [${count}, F], rows of one width`, [rows.length, width]);
  }
}
