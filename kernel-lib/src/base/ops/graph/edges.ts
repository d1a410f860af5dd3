import { tf } from '../../backend';
import { expectInteger, expectOneOf, expectShape, fail } from '../../core';
import { type Adjacency, type EdgeEnd, incidence } from '../../graph';
import { withGradient } from '../gradient';
import { expectRows } from './checked';
import { edgeDots } from './edgeDots';
import { neighbourMax } from './neighbourMax';
import { neighbourMean, neighbourSum } from './neighbourSum';
import { int32 } from './rows';
import { rowSums } from './rowSums';

/**
 * Product of what the two ends of each edge hold, summed over the features of each head: a [S, F] at sources and b [R, F] at targets to [M, H]. Rows of edges are never stored; gradients reach both.
 *
 * @throws {SwitchyardError} where rows are too few or many, widths differ, or heads do not divide the features.
 */
export function edgeDot(
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  graph: Adjacency,
  { heads = 1 }: { heads?: number } = {}
): tf.Tensor2D {
  // prettier-ignore
  const where = 'graph.edgeDot';
  expectRows(where, 'a', a, graph.numSources);
  expectRows(where, 'b', b, graph.numTargets);
  expectShape(where, b, [graph.numTargets, a.shape[1]]);
  expectInteger(where, 'heads', heads, 1);
  if (a.shape[1] % heads !== 0) {
    fail(where, `heads must divide ${a.shape[1]} features`, heads);
  }
  return withGradient<tf.Tensor2D>(
    [a, b],
    (save) => {
      save([a, b]);
      return edgeDots(a, b, heads, graph.incoming);
    },
    (dy, saved) => {
      const [a, b] = saved as tf.Tensor2D[];
      return [rowSums(b, dy, graph.outgoing), rowSums(a, dy, graph.incoming)];
    }
  );
}

/**
 * Values of one end of each edge, [S, F] (or [R, F] at targets) to [M, F], in the order of edges. It is a row for each edge: where what the sources hold is only weighed and added up, {@link neighbourSum} does without.
 */
export function edgeGather(x: tf.Tensor2D, graph: Adjacency, end: EdgeEnd): tf.Tensor2D {
  const where = 'graph.edgeGather';
  expectOneOf(where, 'end', end, ['source', 'target']);
  expectRows(where, 'x', x, end === 'source' ? graph.numSources : graph.numTargets);
  if (x.shape[0] === 0) {
    return tf.zeros([0, x.shape[1]]);
  }
  return withGradient<tf.Tensor2D>(
    [x],
    () => tf.gather(x, int32(end === 'source' ? graph.sources : graph.targets)),
    // By an op with a gradient of its own, as forces are learnt through it.
    (dy) => [neighbourSum(dy, incidence(graph, end))]
  );
}

/** Sum of the values of the ends of each edge, a [S, H] at sources and b [R, H] at targets to [M, H]: of few numbers a node, such as scores of heads. */
export function edgeSum(a: tf.Tensor2D, b: tf.Tensor2D, graph: Adjacency): tf.Tensor2D {
  return tf.tidy(() => edgeGather(a, graph, 'source').add(edgeGather(b, graph, 'target')));
}

/** Difference of the ends of each edge, the source's values less the target's, a [S, H] and b [R, H] to [M, H]. */
export function edgeDifference(a: tf.Tensor2D, b: tf.Tensor2D, graph: Adjacency): tf.Tensor2D {
  return tf.tidy(() => edgeGather(a, graph, 'source').sub(edgeGather(b, graph, 'target')));
}

/** How values are aggregated: their sum, their mean (0 of none) or elementwise maximum (0 of none; equal ones share the gradient). */
export type Reduction = 'sum' | 'mean' | 'max';

const REDUCTIONS = { sum: neighbourSum, mean: neighbourMean, max: neighbourMax };

/** Rows of edges [M, F] aggregated by the nodes at one end of each, [N, F]. */
export function edgeScatter(
  values: tf.Tensor2D,
  graph: Adjacency,
  reduction: Reduction,
  end: EdgeEnd = 'target'
): tf.Tensor2D {
  expectOneOf('graph.edgeScatter', 'reduction', reduction, ['sum', 'mean', 'max']);
  expectOneOf('graph.edgeScatter', 'end', end, ['source', 'target']);
  expectRows('graph.edgeScatter', 'values', values, graph.numEdges);
  return REDUCTIONS[reduction](values, incidence(graph, end));
}
