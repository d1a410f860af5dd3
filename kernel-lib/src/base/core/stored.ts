import { tf } from '../backend';
import type { Axis } from './axis';
import { isBlank } from './blank';
import { fail } from './errors';
import type { Packed } from './packed';
import { showShape } from './shapes';

/** Turns a stored value into the one that a layer computes with: a mask, an adapter. Differentiable. */
export type ValueTransform = (value: tf.Tensor) => tf.Tensor;

/**
 * A tensor that a module keeps, with an axis for each dimension. Layers compute with what {@link Stored.read} gives, never
 * with the stored value: cuts of an axis, masks and adapters change the reading, so that no layer knows of them.
 */
export class Stored {
  // Null where the value is packed, and where it is about to be stored.
  private held: tf.Variable | null = null;
  private kept: Packed | null = null;
  private readonly transforms: { readonly transform: ValueTransform }[] = [];

  /**
   * Takes `initial` over: the caller's tensor is disposed.
   *
   * @throws {SwitchyardError} where the axes are not of the value's shape.
   */
  constructor(
    initial: tf.Tensor,
    readonly axes: readonly Axis[],
    private readonly changes: boolean
  ) {
    const sizes = storedShape(axes);
    if (showShape(sizes) !== showShape(initial.shape)) {
      fail('core.Parameter', `axes ${axes.map(({ name }) => name).join(' x ')} must have the value's shape ${showShape(initial.shape)}`, showShape(sizes)); // prettier-ignore
    }
    if (!isBlank(initial)) {
      this.held = tf.variable(initial, changes);
    }
    initial.dispose();
  }

  /**
   * The stored value, which an optimiser updates; another one after {@link Stored.replace}.
   *
   * @throws {SwitchyardError} where it is packed, and so read only.
   */
  get variable(): tf.Variable {
    if (this.kept !== null) {
      fail('core.Parameter', `what is trained, changed or saved must be float32: open the model with { dtype: 'float32' }, or call models.unpack(model) first`, `a value kept as ${this.kept.format}`); // prettier-ignore
    }
    if (this.held === null) {
      const zeros = tf.zeros(this.shape);
      this.held = tf.variable(zeros, this.changes);
      zeros.dispose();
    }
    return this.held;
  }

  /** Shape of the stored value. */
  get shape(): number[] {
    return this.held?.shape ?? storedShape(this.axes);
  }

  /** How many values are stored. */
  get size(): number {
    return this.shape.reduce((product, n) => product * n, 1);
  }

  /** Bytes that they take. */
  get bytes(): number {
    return this.kept?.bytes ?? 4 * this.size;
  }

  /** Dtype that they are stored in: "float32", or a packed format. */
  get format(): string {
    return this.kept?.format ?? this.held?.dtype ?? 'float32';
  }

  /** The packed value, where layers compute with it as it is: neither cut nor wrapped; else null. */
  get packed(): Packed | null {
    const whole = this.transforms.length === 0 && this.axes.every(({ selection }) => selection === null);
    return whole ? this.kept : null;
  }

  /** Stores a packed value of the same shape in place of what is there, and takes it over. */
  pack(value: Packed): void {
    if (showShape(value.shape) !== showShape(this.shape)) {
      fail('core.Parameter', `expects shape ${showShape(this.shape)}`, showShape(value.shape));
    }
    this.held?.dispose();
    this.kept?.dispose();
    this.held = null;
    this.kept = value;
  }

  /** Makes a packed value float32, which can be changed; one that is so stays as it is. */
  unpack(): void {
    if (this.kept !== null) {
      const value = this.kept.unpack();
      this.kept.dispose();
      this.kept = null;
      this.held = tf.variable(value, this.changes);
      value.dispose();
    }
  }

  /** The value that layers compute with; call it in a tidy. */
  read(): tf.Tensor {
    return this.transforms.reduce<tf.Tensor>((value, { transform }) => transform(value), this.cut());
  }

  /** The stored value at the positions that its axes keep. */
  cut(): tf.Tensor {
    let value = this.kept?.unpack() ?? this.variable;
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
    if (this.held === null && this.kept === null) {
      this.held = tf.variable(value, this.changes);
    } else {
      this.variable.assign(value);
    }
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
    const { variable } = this;
    const values = variable.dataSync().slice();
    value.dataSync().forEach((each, i) => (values[cells[i]] = each));
    tf.tidy(() => variable.assign(tf.tensor(values, this.shape, variable.dtype)));
  }

  /** @internal Stores what is read at the cut positions, in a smaller variable; `shrink` does so to all that share the axes. */
  replace(): void {
    const { variable } = this;
    const smaller = tf.tidy(() => tf.keep(this.cut().clone()));
    variable.dispose();
    this.held = tf.variable(smaller, this.changes);
    smaller.dispose();
  }

  dispose(): void {
    this.kept?.dispose();
    this.held?.dispose();
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
