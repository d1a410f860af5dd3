import type { tf } from '../backend';
import type { Axis } from './axis';
import { Stored, storedShape } from './stored';

/** Options of a parameter: its axes, and how it is trained. */
export interface ParameterOptions {
  /** One for each dimension, outermost first. */
  axes: readonly Axis[];
  /** False exempts it from weight decay (biases, norms). Default true. */
  decay?: boolean;
}

/** One trainable tensor of a module; see {@link Stored} for how layers read it. */
export class Parameter extends Stored {
  readonly decay: boolean;
  private wanted = true;
  private readonly holds = new Set<object>();

  /**
   * Takes `initial` over: the caller's tensor is disposed.
   *
   * @throws {SwitchyardError} where the axes are not of the value's shape.
   */
  constructor(initial: tf.Tensor, { axes, decay = true }: ParameterOptions) {
    super(initial, axes, true);
    this.decay = decay;
  }

  /** False keeps the optimiser away. What is set holds from then on, whoever froze the parameter before. */
  get trainable(): boolean {
    return this.wanted && this.holds.size === 0;
  }

  set trainable(wanted: boolean) {
    this.wanted = wanted;
    this.holds.clear();
  }

  /**
   * Keeps the optimiser away for a time. Several may do so at once, and end it in any order: the last gives the parameter back as it was.
   *
   * @returns The function that ends it; called again it does nothing.
   */
  freeze(): () => void {
    const hold = {};
    this.holds.add(hold);
    return () => void this.holds.delete(hold);
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
