import { executeMultiple, executeSingle, hasCustomOps, tf } from '../backend';
import { expectShape } from '../core';
import { withGradient } from './gradient';
import type { DispatchPlan } from './planDispatch';

/**
 * Copies tokens `x` [T, D] to the rows of their experts; [R, D], sorted by expert. A token goes to as many rows as
 * it has assignments kept. The gradient gathers rows back and sums a token's choices: no segment sum.
 */
export function dispatch(x: tf.Tensor2D, plan: DispatchPlan): tf.Tensor2D {
  expectShape('dispatch', x, [plan.numTokens, 'D']);
  return withGradient<tf.Tensor2D>(
    [x],
    () => gatherTokens(x, plan),
    (dy) => [sumChoices(dy, null, plan)]
  );
}

/**
 * Adds up what the experts made of each token: `out[t] = sum over j of weights[t, j] * y[row of (t, j)]`; [T, D].
 * A choice that is unused or dropped adds nothing, and its weight has gradient 0.
 *
 * @param y - Rows sorted by expert; [R, D].
 * @param weights - Weight of each choice; [T, K].
 */
export function combine(y: tf.Tensor2D, weights: tf.Tensor2D, plan: DispatchPlan): tf.Tensor2D {
  expectShape('combine', y, [plan.rows, 'D']);
  expectShape('combine', weights, [plan.numTokens, plan.k]);
  return withGradient<tf.Tensor2D>(
    [y, weights],
    (save) => {
      save([y, weights]);
      return sumChoices(y, weights, plan);
    },
    (dOut, [y, weights]) => combineGradient(dOut, y as tf.Tensor2D, weights as tf.Tensor2D, plan)
  );
}

// [T, D] to [R, D]
function gatherTokens(x: tf.Tensor2D, plan: DispatchPlan): tf.Tensor2D {
  if (hasCustomOps()) {
    return executeSingle('SwitchyardDispatch', { k: plan.k }, [x, int32(plan.source)]) as tf.Tensor2D;
  }
  return tf.gather(x, tokenOfRow(plan));
}

// Sum over the choices of each token, weighted unless `weights` is null; [R, D] to [T, D].
function sumChoices(y: tf.Tensor2D, weights: tf.Tensor2D | null, plan: DispatchPlan): tf.Tensor2D {
  if (hasCustomOps()) {
    const inputs = [y, weights ?? tf.tensor1d([], 'float32'), int32(plan.inverse)];
    return executeSingle('SwitchyardCombine', { k: plan.k }, inputs) as tf.Tensor2D;
  }
  return gatherChoices(weights === null ? y : y.mul(weightOfRow(weights, plan)), plan).sum(1);
}

function combineGradient(dOut: tf.Tensor2D, y: tf.Tensor2D, weights: tf.Tensor2D, plan: DispatchPlan): tf.Tensor[] {
  if (hasCustomOps()) {
    return executeMultiple('SwitchyardCombineGrad', {}, [dOut, y, weights, int32(plan.source)], 2);
  }
  const dRows = tf.gather(dOut, tokenOfRow(plan));
  const dWeightOfRow = dRows.mul(y).sum(1, true) as tf.Tensor2D;
  return [dRows.mul(weightOfRow(weights, plan)), gatherChoices(dWeightOfRow, plan).squeeze([2])];
}

// Rows of each token's choices, zeros where there is none; [T, K, D].
function gatherChoices(rows: tf.Tensor2D, plan: DispatchPlan): tf.Tensor3D {
  const { numTokens, k, inverse } = plan;
  const width = rows.shape[1];
  if (plan.rows === inverse.length) {
    return tf.gather(rows, int32(inverse)).reshape([numTokens, k, width]);
  }
  // A zero row at the end, and not a mask: 0 * NaN would spread a bad row to tokens that never saw it.
  const padded = tf.concat([rows, tf.zeros([1, width])] as tf.Tensor2D[], 0);
  const at = inverse.map((row) => (row < 0 ? plan.rows : row));
  return tf.gather(padded, int32(at)).reshape([numTokens, k, width]);
}

// [R, 1]
function weightOfRow(weights: tf.Tensor2D, plan: DispatchPlan): tf.Tensor2D {
  return tf.gather(weights.reshape([-1, 1]) as tf.Tensor2D, int32(plan.source));
}

function tokenOfRow({ source, k }: DispatchPlan): tf.Tensor1D {
  return int32(k === 1 ? source : source.map((a) => Math.floor(a / k)));
}

function int32(values: Int32Array): tf.Tensor1D {
  return tf.tensor1d(values, 'int32');
}
