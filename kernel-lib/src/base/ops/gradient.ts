import { asBackwardPass, tf } from '../backend';
import { fail } from '../core';

interface TapeState {
  gradientDepth: number;
  activeTape?: object;
}

/** Whether a gradient is being taken of what runs now. */
export function onTape(): boolean {
  return depth() > 0;
}

/** Gradients that are being taken, one of the other. */
function depth(): number {
  return (tf.engine().state as TapeState).gradientDepth;
}

/** Tells whether the gradient that is being taken when it is called is the one that is being taken now. */
export function sameGradient(): () => boolean {
  const now = (): TapeState => tf.engine().state as TapeState;
  const { gradientDepth: depth, activeTape: tape } = now();
  return () => now().gradientDepth === depth && now().activeTape === tape;
}

/** Keeps tensors alive until the backward pass. */
export type Save = (tensors: tf.Tensor[]) => void;

/**
 * A function with its own gradient. `forward` computes the value from `inputs`; what it saves comes back to
 * `backward`, which gives one gradient for each input. Integer tensors are not inputs: build them anew in `backward`
 * from host values, since a closure's tensors may be gone by then.
 *
 * A gradient of this gradient is right where `backward` is composed of ops that have one, of `dy`, saved inputs and integers; else it is refused.
 */
export function withGradient<T extends tf.Tensor>(
  inputs: tf.Tensor[],
  forward: (save: Save) => T,
  backward: (dy: T, saved: tf.Tensor[]) => tf.Tensor[]
): T {
  if (!onTape()) {
    return tf.tidy(() => forward(() => undefined));
  }
  const nested = depth() > 1;
  // To the outer gradient a value that was computed here is a constant.
  let kept = 0;
  let keepsComputed = false;
  const f = tf.customGrad<T>((...args) => {
    const saveAll = args[inputs.length] as Save;
    const value = forward((tensors) => {
      kept = tensors.length;
      keepsComputed = tensors.some((each) => each.dtype === 'float32' && !inputs.includes(each));
      saveAll(nested ? [...tensors, ...inputs] : tensors);
    });
    if (nested && kept === 0) {
      saveAll(inputs);
    }
    // Backward passes run in one scope: without the tidy, all of it would live until its end.
    const gradFunc = (dy: T, saved: tf.Tensor[]): tf.Tensor[] =>
      tf.tidy(() => {
        const { result, lost } = asBackwardPass(() => backward(dy, saved.slice(0, kept)));
        const without = lost ?? (keepsComputed ? 'one that needs what its op computed' : null);
        return nested && without !== null ? result.map((each) => withoutOwn(each, [dy, ...saved.slice(kept)], without)) : result; // prettier-ignore
      });
    return { value, gradFunc };
  });
  return f(...inputs);
}

/** A gradient as it is, which depends on `inputs` and has no gradient for them. */
function withoutOwn(gradient: tf.Tensor, inputs: tf.Tensor[], op: string): tf.Tensor {
  const f = tf.customGrad(() => ({
    value: gradient.clone(),
    gradFunc: () => fail('tf.grad', 'a gradient of a gradient must go through gradients that have one', op)
  }));
  return f(...inputs);
}

/** Computes `f` off the tape: no gradient flows through the result, and no op in it needs one. */
export function withoutGradient<T extends tf.Tensor>(f: () => T): T {
  return withGradient<T>([], f, () => []);
}

/**
 * The same values, as a constant to every gradient. A function that depends on its variables only through constants
 * has no gradient, and `tf.grad` says so with an error (`tf.variableGrads` leaves such variables out).
 */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  return withoutGradient(() => x.clone());
}
