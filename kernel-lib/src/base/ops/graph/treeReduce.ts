import { tf } from '../../backend';
import { expectShape, fail } from '../../core';
import { type Adjacency, perGraph } from '../../graph';
import { int32 } from './rows';

/** One level of the trees: rows that are put together two by two, and in which order these and those that are left over stand afterwards. */
interface Level {
  left: Int32Array;
  right: Int32Array;
  /** Places in the pairs, then behind them in the rows of the level below. */
  order: Int32Array;
}

/**
 * Rows of edges [M, F] reduced by the node that they enter with a binary operation of yours, along a balanced tree of each node's edges in their order: [R, F], 0 where none enters. The operation is called once for each of
 * `ceil(log2 d)` levels, d the largest in-degree, with all pairs of the level, [pairs, F] each. Where it is associative and commutative the order of the edges does not matter.
 *
 * @throws {SwitchyardError} where rows are not as many as edges, or the operation gives another shape.
 */
export function treeReduce(
  rows: tf.Tensor2D,
  graph: Adjacency,
  combine: (left: tf.Tensor2D, right: tf.Tensor2D) => tf.Tensor2D
): tf.Tensor2D {
  const where = 'graph.treeReduce';
  expectShape(where, rows, [graph.numEdges, 'F']);
  if (typeof combine !== 'function') {
    fail(where, 'combine must be a function', combine);
  }
  return tf.tidy(() => {
    let now = rows;
    for (const { left, right, order } of levelsOf(graph)) {
      const pairs = combine(tf.gather(now, int32(left)), tf.gather(now, int32(right)));
      expectShape(where, pairs, [left.length, rows.shape[1]]);
      now = tf.gather(tf.concat([pairs, now], 0), int32(order));
    }
    // A row of 0 for the nodes that no edge enters.
    const all = tf.concat([now, tf.zeros([1, rows.shape[1]])], 0) as tf.Tensor2D;
    return tf.gather(all, int32(placesOf(graph)));
  });
}

const levelsOf = perGraph(({ incoming: { starts }, numTargets }: Adjacency): Level[] => {
  let counts = Int32Array.from({ length: numTargets }, (_, node) => starts[node + 1] - starts[node]);
  const levels: Level[] = [];
  while (counts.some((count) => count > 1)) {
    const [left, right, order]: number[][] = [[], [], []];
    const pairs = counts.reduce((sum, count) => sum + (count >> 1), 0);
    let start = 0;
    for (const count of counts) {
      for (let i = 0; i + 1 < count; i += 2) {
        order.push(left.length);
        left.push(start + i);
        right.push(start + i + 1);
      }
      if (count % 2 === 1) {
        order.push(pairs + start + count - 1);
      }
      start += count;
    }
    levels.push({ left: Int32Array.from(left), right: Int32Array.from(right), order: Int32Array.from(order) });
    counts = counts.map((count) => (count + 1) >> 1);
  }
  return levels;
});

/** Row of each node after the last level; the row behind all where no edge enters. */
const placesOf = perGraph(({ incoming: { starts }, numTargets }: Adjacency): Int32Array => {
  const entered = Array.from({ length: numTargets }, (_, node) => starts[node + 1] > starts[node]);
  const last = entered.filter(Boolean).length;
  let next = 0;
  return Int32Array.from(entered, (is) => (is ? next++ : last));
});
