import { tf } from '../backend';
import { fail } from './errors';
import { showShape } from './shapes';

/** Turns a stored value into the one that a layer computes with: a mask, a slice, an adapter. Differentiable. */
export type ParameterTransform = (value: tf.Tensor) => tf.Tensor;

/**
 * One trainable tensor of a module. Layers read it with {@link Parameter.read}; masks, slices and adapters wrap the
 * reading, so that no layer knows of them.
 */
export class Parameter {
  /** The stored value, which the optimiser updates. */
  readonly variable: tf.Variable;
  /** False keeps the optimiser away. */
  trainable = true;
  private readonly transforms: ParameterTransform[] = [];

  /** Takes `initial` over: the caller's tensor is disposed. `decay` false exempts it from weight decay (biases, norms). */
  constructor(
    initial: tf.Tensor,
    readonly decay = true
  ) {
    this.variable = tf.variable(initial, true);
    initial.dispose();
  }

  get shape(): number[] {
    return this.variable.shape;
  }

  /** The value that layers compute with. */
  read(): tf.Tensor {
    return this.transforms.reduce<tf.Tensor>((value, transform) => transform(value), this.variable);
  }

  /** Wraps every later {@link Parameter.read}; returns the function that takes the wrapping off again. */
  wrap(transform: ParameterTransform): () => void {
    this.transforms.push(transform);
    return () => {
      const at = this.transforms.indexOf(transform);
      if (at >= 0) {
        this.transforms.splice(at, 1);
      }
    };
  }

  /** Stores a new value of the same shape (the caller keeps `value`). */
  assign(value: tf.Tensor, path = 'Parameter.assign'): void {
    if (value.shape.length !== this.shape.length || value.shape.some((n, axis) => n !== this.shape[axis])) {
      fail(path, `expects shape ${showShape(this.shape)}`, showShape(value.shape));
    }
    this.variable.assign(value);
  }

  dispose(): void {
    this.variable.dispose();
  }
}
