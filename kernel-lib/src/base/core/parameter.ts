import type { tf } from '../backend';
import type { Axis } from './axis';
import { Stored, storedShape } from './stored';

export interface ParameterOptions {
  /** One for each dimension, outermost first. */
  axes: readonly Axis[];
  /** False exempts it from weight decay (biases, norms). Default true. */
  decay?: boolean;
}

/** One trainable tensor of a module; see {@link Stored} for how layers read it. */
export class Parameter extends Stored {
  readonly decay: boolean;
  /** False keeps the optimiser away. */
  trainable = true;

  /**
   * Takes `initial` over: the caller's tensor is disposed.
   *
   * @throws {SwitchyardError} where the axes are not of the value's shape.
   */
  constructor(initial: tf.Tensor, { axes, decay = true }: ParameterOptions) {
    super(initial, axes, true);
    this.decay = decay;
  }

  /** One over these axes, from what makes a value of their shape. */
  static over(
    axes: readonly Axis[],
    make: (shape: number[]) => tf.Tensor,
    options: Omit<ParameterOptions, 'axes'> = {}
  ): Parameter {
    return new Parameter(make(storedShape(axes)), { axes, ...options });
  }
}
