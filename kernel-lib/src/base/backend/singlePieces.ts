import * as tf from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';

/**
 * Mends the gradients of splitting and unstacking in TensorFlow.js for a tensor that is one piece: of a kernel with one output its tape gives the gradient itself and no list, which the two read as one ("Pass at least one tensor to concat").
 */
export function mendSinglePieces(): void {
  for (const kernelName of [tf.SplitV, tf.Unpack]) {
    const { gradFunc, ...rest } = tf.getGradient(kernelName);
    tf.registerGradient({ ...rest, gradFunc: (dy, ...more) => gradFunc(listed(dy) as Tensor[], ...more) });
  }
}

function listed(dy: Tensor | Tensor[]): Tensor[] {
  return Array.isArray(dy) ? dy : [dy];
}
