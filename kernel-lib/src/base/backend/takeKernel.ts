import * as tf from '@tensorflow/tfjs';
import type { KernelConfig, Tensor } from '@tensorflow/tfjs';
import { hasCustomOps } from './customOps';

const BACKEND = 'tensorflow';

/**
 * Takes a kernel of TensorFlow.js with two inputs a and b, for the user's calls as well, to a custom op.
 *
 * @param instead - What computes it; null where the op does not: TensorFlow's own kernel does then, and where there are no custom ops or inputs are not float32.
 */
export function takeKernel(
  kernel: string,
  instead: (a: Tensor, b: Tensor, attributes: unknown) => (() => Tensor) | null
): void {
  const own = tf.getKernel(kernel, BACKEND);
  // Plain TensorFlow.js has no such backend.
  if (own === undefined) {
    return;
  }
  const kernelFunc: KernelConfig['kernelFunc'] = (call) => {
    const { a, b } = call.inputs as unknown as { a: Tensor; b: Tensor };
    const fits = a.dtype === 'float32' && b.dtype === 'float32' && hasCustomOps();
    const run = fits ? instead(a, b, call.attrs) : null;
    return run === null ? own.kernelFunc(call) : run();
  };
  tf.unregisterKernel(kernel, BACKEND);
  tf.registerKernel({ ...own, kernelFunc });
}
