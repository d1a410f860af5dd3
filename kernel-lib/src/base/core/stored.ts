import { tf } from '../backend';
import type { Axis } from './axis';
import { fail } from './errors';
import { showShape } from './shapes';

/** Turns a stored value into the one that a layer computes with: a mask, an adapter. Differentiable. */
export type ValueTransform = (value: tf.Tensor) => tf.Tensor;

/**
 * A tensor that a module keeps, with an axis for each dimension. Layers compute with what {@link Stored.read} gives, never
 * with the stored value: cuts of an axis, masks and adapters change the reading, so that no layer knows of them.
 */
export class Stored {
  private held: tf.Variable;
  private readonly transforms: { readonly transform: ValueTransform }[] = [];

  /**
   * Takes `initial` over: the caller's tensor is disposed.
   *
   * @throws {SwitchyardError} where the axes are not of the value's shape.
   */
  constructor(
    initial: tf.Tensor,
    readonly axes: readonly Axis[],
    trainable: boolean
  ) {
    const sizes = storedShape(axes);
    if (showShape(sizes) !== showShape(initial.shape)) {
      fail('core.Parameter', `axes ${axes.map(({ name }) => name).join(' x ')} must have the value's shape ${showShape(initial.shape)}`, showShape(sizes)); // prettier-ignore
    }
    this.held = tf.variable(initial, trainable);
    initial.dispose();
  }

  /** The stored value, which an optimiser updates; another one after {@link Stored.replace}. */
  get variable(): tf.Variable {
    return this.held;
  }

  /** Shape of the stored value. */
  get shape(): number[] {
    return this.held.shape;
  }

  /** The value that layers compute with; call it in a tidy. */
  read(): tf.Tensor {
    return this.transforms.reduce<tf.Tensor>((value, { transform }) => transform(value), this.cut());
  }

  /** The stored value at the positions that its axes keep. */
  cut(): tf.Tensor {
    let value: tf.Tensor = this.held;
    for (let dimension = 0; dimension < this.axes.length; dimension++) {
      const { selection } = this.axes[dimension];
      if (selection !== null) {
        value = take(value, selection, dimension);
      }
    }
    return value;
  }

  /**
   * Wraps every later {@link Stored.read}; the last is outermost.
   *
   * @returns The function that takes this wrapping off and leaves the others; called again it does nothing.
   */
  wrap(transform: ValueTransform): () => void {
    // An object of its own: the same function put on twice is two wrappings.
    const entry = { transform };
    this.transforms.push(entry);
    return () => {
      const at = this.transforms.indexOf(entry);
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
    this.held.assign(value);
  }

  /** Stores new values at the positions that the axes keep, of the shape that {@link Stored.read} has; the others stay. */
  assignKept(value: tf.Tensor): void {
    const kept = this.axes.map(({ selection }) => selection);
    if (kept.every((positions) => positions === null)) {
      this.assign(value);
      return;
    }
    let cells = [0];
    this.shape.forEach((size, dimension) => {
      const own = Array.from(kept[dimension] ?? Array(size).keys());
      cells = cells.flatMap((outer) => own.map((position) => outer * size + position));
    });
    const values = this.held.dataSync().slice();
    value.dataSync().forEach((each, i) => (values[cells[i]] = each));
    tf.tidy(() => this.held.assign(tf.tensor(values, this.shape, this.held.dtype)));
  }

  /** @internal Stores what is read at the cut positions, in a smaller variable; `shrink` does so to all that share the axes. */
  replace(): void {
    const { trainable } = this.held;
    const smaller = tf.tidy(() => tf.keep(this.cut().clone()));
    this.held.dispose();
    this.held = tf.variable(smaller, trainable);
    smaller.dispose();
  }

  dispose(): void {
    this.held.dispose();
  }
}

/** Sizes of axes as stored. */
export function storedShape(axes: readonly Axis[]): number[] {
  return axes.map(({ storedSize }) => storedSize);
}

function take(value: tf.Tensor, positions: Int32Array, dimension: number): tf.Tensor {
  const [first] = positions;
  if (positions.every((position, i) => position === first + i)) {
    const begin = value.shape.map((_, axis) => (axis === dimension ? first : 0));
    return value.slice(begin, value.shape.map((size, axis) => (axis === dimension ? positions.length : size))); // prettier-ignore
  }
  return tf.gather(value, tf.tensor1d(positions, 'int32'), dimension);
}
