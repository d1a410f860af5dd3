import { tf } from '../../backend';
import { expectInteger, expectNumber, fail } from '../../core';
import type { Adjacency, CompressedRows } from '../../graph';
import { withGradient } from '../gradient';
import { edgeWeights, expectRows } from './checked';
import { edgeDots } from './edgeDots';
import { rowSums } from './rowSums';

/** Options of `graph.neighbourSolve`. */
export interface SolveOptions {
  /** Start of the iteration, [N, F]. Default: x itself. The fixed point does not depend on it. */
  start?: tf.Tensor2D;
  /** Largest change of a value, over the largest value where that is above 1, at which the iteration ends. Default 2e-7. */
  tolerance?: number;
  /** Most steps. Default 1000. */
  steps?: number;
}

/**
 * Fixed point `z = A z + x` over a graph, [N, F], where A weighs the edges, by iteration: there is one, and it is reached, where weights are a contraction, for example where those that enter a node sum to less than 1 in
 * absolute value. Gradients reach x and the weights by the implicit function theorem, `u = A^T u + dz`: a second fixed point, and no step of the first is kept.
 *
 * @param weights - One number for each edge, [M], or one for each head, [M, H], for F / H features each.
 * @throws {SwitchyardError} where rows or weights are too few or many, heads do not divide the features, or it does not settle in so many steps.
 */
export function neighbourSolve(
  x: tf.Tensor2D,
  graph: Adjacency,
  weights: tf.Tensor,
  { start, tolerance = 2e-7, steps = 1000 }: SolveOptions = {}
): tf.Tensor2D {
  const where = 'graph.neighbourSolve';
  expectRows(where, 'x', x, graph.numTargets);
  expectRows(where, 'start', start ?? x, graph.numSources);
  expectNumber(where, 'tolerance', tolerance, 0);
  expectInteger(where, 'steps', steps, 1);
  const all = edgeWeights(where, weights, graph.numEdges, x.shape[1]);
  const limits = { tolerance, steps };
  return withGradient<tf.Tensor2D>(
    [x, all],
    (save) => {
      const z = iterate(x, start ?? x, all, graph.incoming, limits);
      save([all, z]);
      return z;
    },
    (dz, saved) => {
      const [all, z] = saved as tf.Tensor2D[];
      const u = iterate(dz, dz, all, graph.outgoing, limits);
      return [u, edgeDots(z, u, all.shape[1], graph.incoming)];
    }
  );
}

function iterate(
  x: tf.Tensor2D,
  start: tf.Tensor2D,
  weights: tf.Tensor2D,
  rows: CompressedRows,
  { tolerance, steps }: { tolerance: number; steps: number }
): tf.Tensor2D {
  let z = start.clone();
  for (let step = 0; step < steps; step++) {
    const next = tf.tidy(() => rowSums(z, weights, rows).add<tf.Tensor2D>(x));
    const change = next.size === 0 ? 0 : changeOf(z, next);
    z.dispose();
    z = next;
    if (change <= tolerance) {
      return z;
    }
  }
  z.dispose();
  return fail('graph.neighbourSolve', 'weights must be a contraction', `one that does not settle in ${steps} steps`);
}

function changeOf(before: tf.Tensor2D, after: tf.Tensor2D): number {
  return tf.tidy(() => after.sub(before).abs().max().div(after.abs().max().maximum(1)).dataSync()[0]); // prettier-ignore
}
