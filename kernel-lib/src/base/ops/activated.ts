import { executeMultiple, executeSingle, type tf } from '../backend';
import { onTape, sameGradient } from './gradient';

/** An activation that a custom op computes. */
export type CustomActivation = 'gelu' | 'silu';

/** Of an activation, the tensor that it is taken of, and the one that it gates; null where it gates nothing. */
export interface Activated {
  activation: CustomActivation;
  x: tf.Tensor;
  gated: tf.Tensor | null;
}

/**
 * Activations on the tape. A product with one needs its values again for the gradient; it saves what they are of, which the activation's gradient
 * needs as well, and computes them anew: half the memory.
 */
const activated = new WeakMap<tf.Tensor, Activated & { isOurs: () => boolean }>();

export function noteActivated<T extends tf.Tensor>(y: T, of: Activated): T {
  if (onTape()) {
    activated.set(y, { ...of, isOurs: sameGradient() });
  }
  return y;
}

/**
 * Null where `y` is no activation, or what it is one of is no longer in memory; also under another gradient than `y` was made under, which may be
 * taken with regard to `y`.
 */
export function activatedFrom(y: tf.Tensor): Activated | null {
  const of = activated.get(y);
  return of === undefined || of.x.isDisposed || of.gated?.isDisposed === true || !of.isOurs() ? null : of;
}

export function activate({ activation, x, gated }: Activated): tf.Tensor {
  return gated === null
    ? executeSingle('SwitchyardActivation', { activation }, [x])
    : executeSingle('SwitchyardGated', { activation }, [x, gated]);
}

/** Gradients with regard to `x` and, where there is something, what it gates. */
export function activatedGradient(dy: tf.Tensor, { activation, x, gated }: Activated): tf.Tensor[] {
  return gated === null
    ? [executeSingle('SwitchyardActivationGrad', { activation }, [dy, x])]
    : executeMultiple('SwitchyardGatedGrad', { activation }, [dy, x, gated], 2);
}
