import { executeSingle, type tf } from '../backend';
import { onTape, sameGradient } from './gradient';

/** An activation that a custom op computes. */
export type CustomActivation = 'gelu' | 'silu';

/** What a tensor is the activation of. */
export interface Activated {
  activation: CustomActivation;
  x: tf.Tensor;
}

/**
 * Activations on the tape. A product with one needs its values again for the gradient; it saves `x`, which the activation's gradient needs as
 * well, and computes them anew: half the memory.
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
  return of === undefined || of.x.isDisposed || !of.isOurs() ? null : of;
}

export function activate<T extends tf.Tensor>({ activation, x }: { activation: CustomActivation; x: T }): T {
  return executeSingle('SwitchyardActivation', { activation }, [x]) as T;
}
