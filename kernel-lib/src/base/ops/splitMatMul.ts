import { tf } from '../backend';
import { withGradient } from './gradient';
import type { DispatchPlan } from './planDispatch';
import { splitRows, stackByExpert } from './splitRows';

/** A grouped matmul as one product for each expert: no wasted work, but ops that grow with E. */
export function splitMatMul(x: tf.Tensor2D, w: tf.Tensor3D, plan: DispatchPlan): tf.Tensor2D {
  return withGradient<tf.Tensor2D>(
    [x, w],
    (save) => {
      save([x, w]);
      return rowsTimesMatrices(x, w, plan, false);
    },
    (dy, [x, w]) => [rowsTimesMatrices(dy, w as tf.Tensor3D, plan, true), rowsTimesRows(x as tf.Tensor2D, dy, plan)]
  );
}

// `x[rows of e] w[e]` for each expert: [R, D] and [E, D, H] give [R, H]; transposed, [R, H] gives [R, D].
function rowsTimesMatrices(x: tf.Tensor2D, w: tf.Tensor3D, plan: DispatchPlan, transpose: boolean): tf.Tensor2D {
  const matrices = tf.unstack(w) as tf.Tensor2D[];
  const products = splitRows(x, plan).map(({ expert, value }) =>
    tf.matMul<tf.Tensor2D>(value, matrices[expert], false, transpose)
  );
  return products.length === 0 ? tf.zeros([0, w.shape[transpose ? 1 : 2]]) : tf.concat(products, 0);
}

// `x[rows of e]ᵀ y[rows of e]` for each expert: [R, D] and [R, H] give [E, D, H].
function rowsTimesRows(x: tf.Tensor2D, y: tf.Tensor2D, plan: DispatchPlan): tf.Tensor3D {
  const right = splitRows(y, plan);
  const products = splitRows(x, plan).map(({ expert, value }, i) => ({
    expert,
    value: tf.matMul(value, right[i].value, true, false)
  }));
  return stackByExpert(products, [x.shape[1], y.shape[1]], plan.numExperts) as tf.Tensor3D;
}
