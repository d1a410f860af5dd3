import { executeMultiple, executeSingle, hasCustomOps, tf } from '../backend';
import { expectDtype, expectShape } from '../core';
import { withGradient } from './gradient';
import type { DispatchPlan } from './planDispatch';

/**
 * Copies tokens `x` [T, D] to the rows of their experts; [R, D], sorted by expert. A token goes to as many rows as
 * it has assignments kept. The gradient gathers rows back and sums a token's choices: no segment sum.
 */
export function dispatch(x: tf.Tensor2D, plan: DispatchPlan): tf.Tensor2D {
  expectShape('ops.dispatch', x, [plan.numTokens, 'D']);
  expectDtype('ops.dispatch', 'x', x, 'float32');
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
  expectShape('ops.combine', y, [plan.rows, 'D']);
  expectShape('ops.combine', weights, [plan.numTokens, plan.k]);
  expectDtype('ops.combine', 'y', y, 'float32');
  expectDtype('ops.combine', 'weights', weights, 'float32');
  return withGradient<tf.Tensor2D>(
    [y, weights],
    (save) => {
      save([y, weights]);
      return sumChoices(y, weights, plan);
    },
    (dOut, [y, weights]) => combineGradient(dOut, y as tf.Tensor2D, weights as tf.Tensor2D, plan)
  );
}

// [T, D] to [R, D].
function gatherTokens(x: tf.Tensor2D, plan: DispatchPlan): tf.Tensor2D {
  return hasCustomOps()
    ? (executeSingle('SwitchyardDispatch', { k: plan.k }, [x, int32(plan.source)]) as tf.Tensor2D)
    : tf.gather(x, tokenOfRow(plan));
}

// [R, D] to [T, D]: the sum over a token's choices, weighted where there are weights.
function sumChoices(y: tf.Tensor2D, weights: tf.Tensor2D | null, plan: DispatchPlan): tf.Tensor2D {
  if (hasCustomOps()) {
    const inputs = [y, weights ?? tf.tensor1d([], 'float32'), int32(plan.inverse)];
    return executeSingle('SwitchyardCombine', { k: plan.k }, inputs) as tf.Tensor2D;
  }
  const ofChoice = gatherChoices(y, plan);
  if (weights === null) {
    return tf.addN(ofChoice);
  }
  const weightOfChoice = tf.split(weights, plan.k, 1); // K times [T, 1]
  return tf.addN(ofChoice.map((rows, j) => rows.mul<tf.Tensor2D>(weightOfChoice[j])));
}

function combineGradient(dOut: tf.Tensor2D, y: tf.Tensor2D, weights: tf.Tensor2D, plan: DispatchPlan): tf.Tensor[] {
  if (hasCustomOps()) {
    return executeMultiple('SwitchyardCombineGrad', {}, [dOut, y, weights, int32(plan.source)], 2);
  }
  const dRows = tf.gather(dOut, tokenOfRow(plan));
  const weightOfRow = tf.gather(weights.reshape([-1, 1]), int32(plan.source));
  const dWeightOfRow = dRows.mul(y).sum(1, true) as tf.Tensor2D;
  return [dRows.mul(weightOfRow), tf.concat(gatherChoices(dWeightOfRow, plan), 1)];
}

// For each choice, its row for every token, zeros where there is none; K times [T, D].
function gatherChoices(rows: tf.Tensor2D, plan: DispatchPlan): tf.Tensor2D[] {
  const { numTokens, k, inverse } = plan;
  const complete = plan.rows === inverse.length;
  // A zero row at the end, and not a mask: 0 * NaN would spread a bad row to tokens that never saw it.
  const padded = complete ? rows : tf.concat([rows, tf.zeros<tf.Rank.R2>([1, rows.shape[1]])], 0);
  return Array.from({ length: k }, (_, j) => {
    const at = Int32Array.from({ length: numTokens }, (_, t) => inverse[t * k + j]);
    return tf.gather(padded, int32(complete ? at : at.map((row) => (row < 0 ? plan.rows : row))));
  });
}

function tokenOfRow({ source, k }: DispatchPlan): tf.Tensor1D {
  return int32(k === 1 ? source : source.map((a) => Math.floor(a / k)));
}

function int32(values: Int32Array): tf.Tensor1D {
  return tf.tensor1d(values, 'int32');
}
