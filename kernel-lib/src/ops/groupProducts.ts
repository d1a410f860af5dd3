/**
 * @file The three products of a grouped matmul, forward and backward: all that runs per expert. Each is one custom op
 * where those are built, else composed of a matmul for each expert. No gradients here.
 */
import { executeSingle, hasCustomOps, tf } from '../backend';
import type { DispatchPlan } from './planDispatch';

/** `x[rows of e] w[e]` for each expert `e`: [R, D] and [E, D, H] give [R, H]; transposed, [R, H] gives [R, D]. */
export function rowsTimesMatrices(
  x: tf.Tensor2D,
  w: tf.Tensor3D,
  plan: DispatchPlan,
  { transpose = false }: { transpose?: boolean } = {}
): tf.Tensor2D {
  return tf.tidy(() => {
    if (hasCustomOps()) {
      return executeSingle('SwitchyardGroupedMatMul', { transpose_w: transpose }, [
        x,
        w,
        offsetsOf(plan)
      ]) as tf.Tensor2D;
    }
    const matrices = tf.unstack(w) as tf.Tensor2D[];
    const products = splitRows(x, plan).map(({ expert, rows }) =>
      tf.matMul<tf.Tensor2D>(rows, matrices[expert], false, transpose)
    );
    return products.length === 0 ? tf.zeros<tf.Rank.R2>([0, w.shape[transpose ? 1 : 2]]) : tf.concat(products, 0);
  });
}

/** `x[rows of e]ᵀ y[rows of e]` for each expert `e`: [R, D] and [R, H] give [E, D, H]; zeros for an empty expert. */
export function groupProducts(x: tf.Tensor2D, y: tf.Tensor2D, plan: DispatchPlan): tf.Tensor3D {
  return tf.tidy(() => {
    if (hasCustomOps()) {
      return executeSingle('SwitchyardGroupedOuter', {}, [x, y, offsetsOf(plan)]) as tf.Tensor3D;
    }
    const of = new Map(splitRows(y, plan).map(({ expert, rows }) => [expert, rows]));
    const products = splitRows(x, plan).map(({ expert, rows }) => ({
      expert,
      value: tf.matMul<tf.Tensor2D>(rows, of.get(expert) as tf.Tensor2D, true, false)
    }));
    return stackByExpert(products, [x.shape[1], y.shape[1]], plan) as tf.Tensor3D;
  });
}

/** The sum of each expert's rows: [R, H] gives [E, H]; zeros for an empty expert. */
export function groupSums(y: tf.Tensor2D, plan: DispatchPlan): tf.Tensor2D {
  return tf.tidy(() => {
    const sums = splitRows(y, plan).map(({ expert, rows }) => ({ expert, value: rows.sum(0) }));
    return stackByExpert(sums, [y.shape[1]], plan) as tf.Tensor2D;
  });
}

// The rows of each expert that has any. TensorFlow shares the memory of such pieces; nothing is copied.
function splitRows(x: tf.Tensor2D, { counts }: DispatchPlan): { expert: number; rows: tf.Tensor2D }[] {
  const experts = Array.from(counts.keys()).filter((expert) => counts[expert] > 0);
  if (experts.length <= 1) {
    return experts.map((expert) => ({ expert, rows: x }));
  }
  const sizes = experts.map((expert) => counts[expert]);
  return (tf.split(x, sizes, 0) as tf.Tensor2D[]).map((rows, i) => ({ expert: experts[i], rows }));
}

function stackByExpert(
  groups: { expert: number; value: tf.Tensor }[],
  shape: number[],
  { numExperts }: DispatchPlan
): tf.Tensor {
  const none = tf.zeros(shape);
  const all = new Array<tf.Tensor>(numExperts).fill(none);
  groups.forEach(({ expert, value }) => (all[expert] = value));
  return tf.stack(all);
}

function offsetsOf({ offsets }: DispatchPlan): tf.Tensor1D {
  return tf.tensor1d(offsets, 'int32');
}
