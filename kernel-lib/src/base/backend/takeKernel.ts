import * as tf from '@tensorflow/tfjs';
import type { KernelConfig, Tensor, TensorInfo } from '@tensorflow/tfjs';

const BACKEND = 'tensorflow';

/** Call of a kernel: its inputs by name, attributes and backend. */
export interface KernelCall {
  inputs: Readonly<Record<string, Tensor>>;
  attrs: unknown;
  backend: tf.KernelBackend;
}

/**
 * Takes a kernel of TensorFlow.js, for the user's calls as well, to something else.
 *
 * @param instead - Its result; null where TensorFlow's own kernel is to compute it.
 */
export function takeKernel(kernel: string, instead: (call: KernelCall) => TensorInfo | null): void {
  const own = tf.getKernel(kernel, BACKEND);
  // Plain TensorFlow.js has no such backend.
  if (own === undefined) {
    return;
  }
  const kernelFunc: KernelConfig['kernelFunc'] = (call) =>
    instead(call as unknown as KernelCall) ?? own.kernelFunc(call);
  tf.unregisterKernel(kernel, BACKEND);
  tf.registerKernel({ ...own, kernelFunc });
}
