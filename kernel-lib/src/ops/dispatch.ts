import { tf } from '../backend';
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
    () => tf.gather(x, tokenOfRow(plan)),
    (dy) => [tf.addN(gatherChoices(dy, plan))]
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
      const ofChoice = tf.split(weights, plan.k, 1); // K times [T, 1]
      return tf.addN(gatherChoices(y, plan).map((rows, j) => rows.mul<tf.Tensor2D>(ofChoice[j])));
    },
    (dOut, [y, weights]) => {
      const dRows = tf.gather(dOut, tokenOfRow(plan));
      const weightOfRow = tf.gather(weights.reshape([-1, 1]), tf.tensor1d(plan.source, 'int32'));
      const dWeightOfRow = dRows.mul(y).sum(1, true) as tf.Tensor2D;
      return [dRows.mul(weightOfRow), tf.concat(gatherChoices(dWeightOfRow, plan), 1)];
    }
  );
}

// For each choice, its row for every token, zeros where there is none; K times [T, D].
function gatherChoices(rows: tf.Tensor2D, plan: DispatchPlan): tf.Tensor2D[] {
  const { numTokens, k, inverse } = plan;
  const complete = plan.rows === inverse.length;
  // A zero row at the end, and not a mask: 0 * NaN would spread a bad row to tokens that never saw it.
  const padded = complete ? rows : tf.concat([rows, tf.zeros<tf.Rank.R2>([1, rows.shape[1]])], 0);
  return Array.from({ length: k }, (_, j) => {
    const at = Int32Array.from({ length: numTokens }, (_, t) => inverse[t * k + j]);
    return tf.gather(padded, tf.tensor1d(complete ? at : at.map((row) => (row < 0 ? plan.rows : row)), 'int32'));
  });
}

function tokenOfRow({ source, k }: DispatchPlan): tf.Tensor1D {
  return tf.tensor1d(k === 1 ? source : source.map((a) => Math.floor(a / k)), 'int32');
}
