import { expectInteger, fail } from './errors';

/** The size of a dimension, or the axis that it is. */
export type Size = number | Axis;

/**
 * A named dimension of parameters. Those that must be cut together carry the same axis: the residual stream's width is one
 * for a whole model, a network's hidden width one for the matrices on both sides of it. A flattened dimension is a product
 * of axes (3 x heads x headWidth, the first factor outermost), one put together of parts a sum. Layers ask the axis for its
 * size and do not remember a number.
 *
 * {@link Axis.keep} cuts an axis: all that carries it is then read without the other positions. The stored values stay, so
 * that {@link Axis.keepAll} gives them back; `shrink` makes a cut lasting.
 */
export class Axis {
  /** Why it cannot be cut; null where it can. */
  private reason: string | null;
  private kept: Int32Array | null = null;
  /** Positions when it was made. */
  readonly builtSize: number;
  private cached: { of: readonly (Int32Array | null)[]; selection: Int32Array | null } | null = null;

  private constructor(
    readonly name: string,
    private readonly form: 'symbol' | 'product' | 'sum',
    private stored: number,
    /** Factors of a product, outermost first, or parts of a sum; none for a symbol. */
    readonly parts: readonly Axis[],
    reason: string | null
  ) {
    this.reason = reason;
    this.builtSize = stored;
  }

  /** A symbol of this size; an axis is itself. */
  static of(name: string, size: Size): Axis {
    return typeof size === 'number' ? new Axis(name, 'symbol', size, [], null) : size;
  }

  /** A dimension that cannot be cut, such as the side of a kernel. */
  static fixed(name: string, size: number): Axis {
    return new Axis(name, 'symbol', size, [], 'its size is part of what the layer computes');
  }

  /** A flattened dimension, the first factor outermost. */
  static product(name: string, ...factors: readonly Axis[]): Axis {
    return new Axis(name, 'product', 0, factors, null);
  }

  /** Dimensions one after the other. */
  static sum(name: string, ...parts: readonly Axis[]): Axis {
    return parts.length === 1 ? parts[0] : new Axis(name, 'sum', 0, parts, null);
  }

  /** Positions as read now. */
  get size(): number {
    return this.combine((axis) => axis.kept?.length ?? axis.stored);
  }

  /** Positions as stored. */
  get storedSize(): number {
    return this.combine((axis) => axis.stored);
  }

  /** Why the axis cannot be cut; null where it can, and for products and sums, whose parts say it. */
  get pinned(): string | null {
    return this.reason;
  }

  /** Stored positions that are read, ascending or as kept; null where all are. */
  get selection(): Int32Array | null {
    if (this.form === 'symbol') {
      return this.kept;
    }
    const of = this.parts.map((part) => part.selection);
    if (of.every((each) => each === null)) {
      return null;
    }
    if (this.cached === null || of.some((each, i) => each !== this.cached!.of[i])) {
      this.cached = { of, selection: this.form === 'product' ? this.selectProduct(of) : this.selectSum(of) };
    }
    return this.cached.selection;
  }

  /** The symbols that it is made of, each once. */
  symbols(): Axis[] {
    return this.form === 'symbol' ? [this] : [...new Set(this.parts.flatMap((part) => part.symbols()))];
  }

  /** Position of a symbol at each stored place of this axis, -1 at those of other parts of a sum; [storedSize]. */
  placesOf(symbol: Axis): Int32Array {
    if (this.form === 'symbol') {
      return this === symbol ? range(this.stored) : new Int32Array(this.stored).fill(-1);
    }
    if (this.form === 'sum') {
      return Int32Array.from(this.parts.flatMap((part) => Array.from(part.placesOf(symbol))));
    }
    let flat: number[] = [-1];
    for (const part of this.parts) {
      const own = Array.from(part.placesOf(symbol));
      flat = flat.flatMap((outer) => own.map((inner) => Math.max(outer, inner)));
    }
    return Int32Array.from(flat);
  }

  /** Forbids cuts, and says why: "a table names experts by number". */
  pin(reason: string): this {
    this.symbols().forEach((symbol) => (symbol.reason ??= reason));
    return this;
  }

  /**
   * Cuts a symbol: only these stored positions are read from now on, in this order.
   *
   * @throws {SwitchyardError} for a product, a sum or a pinned axis, and for positions that are not there or there twice.
   */
  keep(positions: ArrayLike<number>): void {
    const where = `Axis.keep "${this.name}"`;
    if (this.form !== 'symbol') {
      fail(where, `a ${this.form} is cut by its parts`, this.parts.map(({ name }) => name).join(', '));
    }
    if (this.reason !== null) {
      fail(where, `the axis cannot be cut: ${this.reason}`, positions.length);
    }
    const kept = Int32Array.from(positions);
    expectInteger(where, 'the number of positions', kept.length, 1, this.stored);
    const wrong = kept.find(
      (position, i) => !(position >= 0 && position < this.stored) || kept.indexOf(position) !== i
    );
    if (wrong !== undefined) {
      fail(where, `positions must be 0..${this.stored - 1}, each once`, wrong);
    }
    this.kept = kept;
  }

  /**
   * @internal Makes a symbol longer: its positions are these stored ones from now on, each as often as it is named. `shrink` stores them.
   */
  repeat(positions: ArrayLike<number>): void {
    const where = `Axis.repeat "${this.name}"`;
    if (this.form !== 'symbol' || this.reason !== null || this.kept !== null) {
      fail(where, 'the axis must be a symbol that can be cut, and whole', this.reason ?? this.form);
    }
    Array.from(positions).forEach((position) => expectInteger(where, 'positions', position, 0, this.stored - 1));
    this.kept = Int32Array.from(positions);
  }

  /** Undoes {@link Axis.keep}. */
  keepAll(): void {
    this.symbols().forEach((symbol) => (symbol.kept = null));
  }

  /** @internal What is read is from now on what is stored; `shrink` calls it when values have been cut. */
  commit(): void {
    this.stored = this.kept?.length ?? this.stored;
    this.kept = null;
  }

  private combine(sizeOf: (symbol: Axis) => number): number {
    return this.form === 'symbol'
      ? sizeOf(this)
      : this.parts.map((part) => part.combine(sizeOf)).reduce((a, b) => (this.form === 'product' ? a * b : a + b));
  }

  private selectProduct(of: readonly (Int32Array | null)[]): Int32Array {
    let flat = [0];
    this.parts.forEach((part, i) => {
      const own = Array.from(of[i] ?? range(part.storedSize));
      flat = flat.flatMap((outer) => own.map((position) => outer * part.storedSize + position));
    });
    return Int32Array.from(flat);
  }

  private selectSum(of: readonly (Int32Array | null)[]): Int32Array {
    let before = 0;
    return Int32Array.from(
      this.parts.flatMap((part, i) => {
        const own = Array.from(of[i] ?? range(part.storedSize), (position) => before + position);
        before += part.storedSize;
        return own;
      })
    );
  }
}

/** The number that a size is now. */
export function sizeOf(size: Size): number {
  return typeof size === 'number' ? size : size.size;
}

function range(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i);
}
