/** Exact distribution over subsets of k of n items, `p(S)` proportional to the product of `exp(logit)` in S. Sums over subsets are elementary symmetric polynomials, in logarithms. */
export class KSubset {
  private readonly prefix: Float64Array[];
  private readonly suffix: Float64Array[];

  /** @param k - 0..n, which the caller checks. */
  constructor(
    private readonly logits: ArrayLike<number>,
    private readonly k: number
  ) {
    this.prefix = tables(logits, k);
    this.suffix = tables(Array.from(logits).reverse(), k).reverse();
  }

  /** Probability that each item is in the subset; [n]. They add up to k. */
  marginals(): Float64Array {
    const { logits, prefix, suffix, k } = this;
    return Float64Array.from({ length: logits.length }, (_, i) => {
      let sum = -Infinity;
      for (let j = 0; j < k; j++) {
        sum = logAdd(sum, prefix[i][j] + suffix[i + 1][k - 1 - j]);
      }
      return Math.exp(logits[i] + sum - suffix[0][k]);
    });
  }

  /** Covariance of what is in the subset, which is the gradient of the marginals by the logits; [n][n]. */
  covariance(): Float64Array[] {
    const { logits, k } = this;
    const marginals = this.marginals();
    return Array.from(marginals, (own, i) => {
      const others = Array.from(logits).filter((_, j) => j !== i);
      // Given that i is in, the rest is a subset of k - 1 of the others.
      const given = k === 0 ? new Float64Array(others.length) : new KSubset(others, k - 1).marginals();
      return Float64Array.from(marginals, (other, j) => (i === j ? own * (1 - own) : own * (given[j < i ? j : j - 1] - other))); // prettier-ignore
    });
  }

  /** One subset, ascending, exactly by its probability. */
  sample(next: () => number): number[] {
    const { logits, suffix, k } = this;
    const chosen: number[] = [];
    for (let i = 0; i < logits.length && chosen.length < k; i++) {
      const left = k - chosen.length;
      if (next() < Math.exp(logits[i] + suffix[i + 1][left - 1] - suffix[i][left])) {
        chosen.push(i);
      }
    }
    return chosen;
  }
}

/** Logarithms of the symmetric polynomials of degree 0..k of the first 0, 1, ... items; [n + 1][k + 1]. */
function tables(logits: ArrayLike<number>, k: number): Float64Array[] {
  const rows = [new Float64Array(k + 1).fill(-Infinity).fill(0, 0, 1)];
  for (let i = 0; i < logits.length; i++) {
    const before = rows[i];
    rows.push(before.map((value, j) => (j === 0 ? 0 : logAdd(value, before[j - 1] + logits[i]))));
  }
  return rows;
}

function logAdd(a: number, b: number): number {
  const most = Math.max(a, b);
  return most === -Infinity ? -Infinity : most + Math.log1p(Math.exp(Math.min(a, b) - most));
}
