import { tf } from '../backend';

/** Nonlinearity inside an expert. */
export type Activation = 'relu' | 'gelu' | 'silu';

/** Each applied value by value. */
export const ACTIVATIONS: Readonly<Record<Activation, (x: tf.Tensor2D) => tf.Tensor2D>> = {
  relu: (x) => x.relu(),
  // The exact form, x * Phi(x), arXiv 1606.08415.
  gelu: (x) => x.mul(x.mul(Math.SQRT1_2).erf().add(1).mul(0.5)),
  silu: (x) => x.mul(x.sigmoid())
};
