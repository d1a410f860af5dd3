import { tf } from '../backend';

interface TapeState {
  gradientDepth: number;
  activeTape?: object;
}

/** Whether a gradient is being taken of what runs now. */
export function onTape(): boolean {
  return (tf.engine().state as TapeState).gradientDepth > 0;
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
 */
export function withGradient<T extends tf.Tensor>(
  inputs: tf.Tensor[],
  forward: (save: Save) => T,
  backward: (dy: T, saved: tf.Tensor[]) => tf.Tensor[]
): T {
  if (!onTape()) {
    return tf.tidy(() => forward(() => undefined));
  }
  const f = tf.customGrad<T>((...args) => ({
    value: forward(args[inputs.length] as Save),
    // Backward passes run in one scope: without the tidy, all of it would live until its end.
    gradFunc: (dy: T, saved: tf.Tensor[]) => tf.tidy(() => backward(dy, saved))
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
