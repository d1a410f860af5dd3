import { executeMultiple, executeSingle, hasCustomOps, isNative, tf } from '../backend';
import { expectDtype, expectShape, fail } from '../core';
import { withGradient } from './gradient';

/**
 * Cross entropy of each token, in nats: `logSumExp(logits[t]) - logits[t, labels[t]]`; [T].
 *
 * Labels must lie in 0..V-1. Nothing checks that here, because it would read them back from the device: check ids
 * where they are made, on the host.
 *
 * @param logits - [T, V].
 * @param labels - The right class of each token; int32 [T]. No gradient.
 */
export function crossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  expectShape('ops.crossEntropy', logits, ['T', 'V']);
  expectShape('ops.crossEntropy', labels, [logits.shape[0]]);
  expectDtype('ops.crossEntropy', 'logits', logits, 'float32');
  expectDtype('ops.crossEntropy', 'labels', labels, 'int32');
  if (labels.size > 0 && logits.size === 0) {
    fail('ops.crossEntropy', 'logits must be of at least one class', logits.shape[1]);
  }
  return hasCustomOps() ? fused(logits, labels) : throughGradient(logits, labels);
}

// The softmax is computed once more for the gradient instead of kept.
function fused(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  return withGradient<tf.Tensor1D>(
    [logits],
    (save) => {
      const [loss, sums] = executeMultiple('SwitchyardCrossEntropy', {}, [logits, labels], 2);
      save([logits, labels, sums]);
      return loss as tf.Tensor1D;
    },
    (dy, saved) => [executeSingle('SwitchyardCrossEntropyGrad', {}, [...saved, dy])]
  );
}

function throughGradient(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  return withGradient<tf.Tensor1D>(
    [logits],
    (save) => {
      const [loss, gradient] = isNative() ? native(logits, labels) : composed(logits, labels);
      save([gradient]);
      return loss as tf.Tensor1D;
    },
    (dy, [gradient]) => [gradient.mul(dy.expandDims(1))]
  );
}

function native(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor[] {
  const attributes = { T: 'float32', Tlabels: 'int32' };
  return executeMultiple('SparseSoftmaxCrossEntropyWithLogits', attributes, [logits, labels], 2);
}

function composed(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor[] {
  const target = tf.oneHot(labels, logits.shape[1]);
  const logProbs = tf.logSoftmax(logits);
  // Not a product with `target`: 0 * -Infinity is NaN.
  const loss = tf.where(target.cast('bool'), logProbs.neg(), 0).sum(1);
  return [loss, logProbs.exp().sub(target)];
}
