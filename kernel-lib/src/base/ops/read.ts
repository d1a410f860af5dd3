import { tf } from '../backend';

/**
 * The values of what `f` computes, on the host. Never out of a tidy: it goes through every number of what its function
 * returns, some 70 ns each.
 */
export function read(f: () => tf.Tensor): Float32Array | Int32Array | Uint8Array {
  const x = tf.tidy(f);
  try {
    return x.dataSync();
  } finally {
    x.dispose();
  }
}
