import type { tf } from '../backend';
import type { Axis } from './axis';
import { Stored, storedShape } from './stored';

/** State of a module that training changes without a gradient, or not at all: a selection bias, a codebook, a frozen matrix. */
export class Buffer extends Stored {
  /** Takes `initial` over: the caller's tensor is disposed. */
  constructor(initial: tf.Tensor, axes: readonly Axis[]) {
    super(initial, axes, false);
  }

  /** One over these axes, from what makes a value of their shape. */
  static over(axes: readonly Axis[], make: (shape: number[]) => tf.Tensor): Buffer {
    return new Buffer(make(storedShape(axes)), axes);
  }
}
