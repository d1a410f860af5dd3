/**
 * Surrogate of a loss when values go (combinatorial brain surgeon, arXiv 2203.04466): `-g d + |G d|^2 / (2 m) + damping |d|^2 / 2`, where d holds the
 * values that are masked, g their mean gradient, and the rows of G the gradients of m batches, whose products stand for the Hessian.
 */
export class BrainSurgeon {
  /** G d, of all values that are masked now; [m]. */
  private readonly moved: Float64Array;
  private linear = 0;
  private squares = 0;

  /**
   * @param values - [n].
   * @param gradients - Of m batches; [n] each.
   * @param kept - 1 where a value is left; [n]. It is changed.
   */
  constructor(
    private readonly values: Float32Array,
    private readonly gradients: readonly Float32Array[],
    readonly kept: Float32Array,
    private readonly damping: number
  ) {
    this.moved = new Float64Array(gradients.length);
    kept.forEach((left, i) => left === 0 && this.move(i, 1));
  }

  /** Value of the surrogate. */
  get objective(): number {
    const quadratic = this.moved.reduce((sum, each) => sum + each ** 2, 0) / this.gradients.length;
    return -this.linear + (quadratic + this.damping * this.squares) / 2;
  }

  /** Masks one value, or gives it back. */
  flip(i: number): void {
    this.move(i, this.kept[i] === 1 ? 1 : -1);
    this.kept[i] = 1 - this.kept[i];
  }

  /**
   * Best masks of a block of values with as many left as now, the others as they are: of all where there are few, else by exchanges of one value for
   * another, the best first, until none is better. It never makes the surrogate larger.
   */
  solve(block: readonly number[], most = 5000): void {
    const left = block.filter((i) => this.kept[i] === 1).length;
    if (choices(block.length, left) <= most) {
      this.solveExactly(block, left);
    } else {
      // Each exchange is better than none; the bound is for sums that rounding holds apart.
      for (let i = 0; i < block.length && this.exchange(block); i++);
    }
  }

  private solveExactly(block: readonly number[], left: number): void {
    const set = (mask: readonly number[]): void => block.forEach((i, at) => this.kept[i] !== mask[at] && this.flip(i));
    let best = { mask: block.map((i) => this.kept[i]), objective: this.objective };
    for (const mask of masksOf(block.length, left)) {
      set(mask);
      const { objective } = this;
      best = objective < best.objective - 1e-12 * Math.abs(best.objective) ? { mask, objective } : best;
    }
    set(best.mask);
  }

  /** Takes the best exchange of a block; whether there was one that is better than none. */
  private exchange(block: readonly number[]): boolean {
    const masked = block.filter((i) => this.kept[i] === 0);
    const left = block.filter((i) => this.kept[i] === 1);
    const before = this.objective;
    let best = { gain: 1e-9 * Math.abs(before), pair: null as [number, number] | null };
    for (const i of masked) {
      for (const j of left) {
        const gain = before - this.exchanged(i, j);
        best = gain > best.gain ? { gain, pair: [i, j] } : best;
      }
    }
    best.pair?.forEach((i) => this.flip(i));
    return best.pair !== null;
  }

  /** The surrogate with value i given back and j masked. */
  private exchanged(i: number, j: number): number {
    const { values, gradients, moved, damping } = this;
    const count = gradients.length;
    let [linear, quadratic] = [this.linear, 0];
    for (let m = 0; m < count; m++) {
      const change = gradients[m][j] * values[j] - gradients[m][i] * values[i];
      linear += change / count;
      quadratic += (moved[m] + change) ** 2;
    }
    const squares = this.squares + values[j] ** 2 - values[i] ** 2;
    return -linear + (quadratic / count + damping * squares) / 2;
  }

  private move(i: number, sign: 1 | -1): void {
    const value = sign * this.values[i];
    this.gradients.forEach((gradient, m) => {
      this.moved[m] += gradient[i] * value;
      this.linear += (gradient[i] * value) / this.gradients.length;
    });
    this.squares += sign * this.values[i] ** 2;
  }
}

/** Ways to choose k of n; Infinity where there are very many. */
function choices(n: number, k: number): number {
  let count = 1;
  for (let i = 1; i <= Math.min(k, n - k) && count < 1e9; i++) {
    count = (count * (n - Math.min(k, n - k) + i)) / i;
  }
  return Math.round(count);
}

/** All masks of n with k ones. */
function* masksOf(n: number, k: number): Generator<number[]> {
  if (k < 0 || k > n) {
    return;
  }
  if (n === 0) {
    yield [];
    return;
  }
  for (const first of [1, 0]) {
    for (const rest of masksOf(n - 1, k - first)) {
      yield [first, ...rest];
    }
  }
}
