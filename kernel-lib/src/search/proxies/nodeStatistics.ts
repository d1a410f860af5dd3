import { fail } from '../../base/core';
import type { Module } from '../../base/core';
import { batchGradients } from './proxy';
import type { ProxyOptions } from './proxy';

/** Statistics of a node, in order. */
export const NODE_STATISTICS = ['gradNorm', 'snip', 'weightNorm', 'synaptic'] as const;

/** Zero-cost statistics of a network, a row for each matrix. */
export interface NodeStatistics {
  /** Paths of the matrices, in the network's order. */
  nodes: string[];
  /** Of each, ln(1 + s) of the statistics in {@link NODE_STATISTICS}: norm of the gradient, sum of |w g|, norm of the values, size of the sum of w g. */
  rows: number[][];
}

/**
 * Statistics that zero-cost proxies sum up over a network, matrix by matrix (the node-wise statistics of ParZC, arXiv 2402.02105), from the gradients of some batches.
 *
 * @throws {SwitchyardError} where the network has no matrix with a gradient.
 */
export function nodeStatistics(model: Module, options: ProxyOptions): NodeStatistics {
  const where = 'nas.proxies.nodeStatistics';
  const { values, gradients } = batchGradients(where, model, options);
  const nodes = [...model.parameters()]
    .filter(([path, { shape }]) => shape.length > 1 && gradients.some((of) => of.has(path)))
    .map(([path]) => path);
  if (nodes.length === 0) {
    fail(where, 'the loss must depend on a matrix', model.kind);
  }
  const rows = nodes.map((path) => {
    const w = values.get(path)!;
    const of = gradients.map((each) => statisticsOf(w, each.get(path) ?? new Float32Array(w.length)));
    return NODE_STATISTICS.map((_, s) => Math.log1p(of.reduce((sum, each) => sum + each[s], 0) / of.length));
  });
  return { nodes, rows };
}

function statisticsOf(w: Float32Array, g: Float32Array): number[] {
  let [squaredGradient, snip, squaredValues, synaptic] = [0, 0, 0, 0];
  w.forEach((value, i) => {
    squaredGradient += g[i] * g[i];
    snip += Math.abs(value * g[i]);
    squaredValues += value * value;
    synaptic += value * g[i];
  });
  return [Math.sqrt(squaredGradient), snip, Math.sqrt(squaredValues), Math.abs(synaptic)];
}
