/** The best path of each token found so far, for each number of calls of the costly (the last) module of a block. */
export class PathTable {
  private readonly numBlocks: number;
  /** [T * (L + 1)]. */
  private readonly best: Float32Array;
  /** [T * (L + 1) * L]. */
  private readonly bestPaths: Int32Array;
  private last: Float32Array = new Float32Array(0);
  private tried = 0;

  constructor(
    readonly numTokens: number,
    /** Choices of each block. */
    private readonly choices: readonly number[]
  ) {
    this.numBlocks = choices.length;
    const rows = numTokens * (this.numBlocks + 1);
    this.best = new Float32Array(rows).fill(Infinity);
    this.bestPaths = new Int32Array(rows * this.numBlocks);
  }

  /** Takes in what P paths of each token lost; [T * P * L] and [T * P]. */
  absorb(paths: Int32Array, losses: Float32Array): void {
    const { numTokens, numBlocks, choices } = this;
    const count = losses.length / numTokens;
    this.last = losses;
    this.tried += count;
    for (let row = 0; row < losses.length; row++) {
      const path = paths.subarray(row * numBlocks, (row + 1) * numBlocks);
      const calls = path.reduce((sum, choice, block) => sum + (choice === choices[block] - 1 ? 1 : 0), 0);
      const at = Math.floor(row / count) * (numBlocks + 1) + calls;
      if (losses[row] < this.best[at]) {
        this.best[at] = losses[row];
        this.bestPaths.set(path, at * numBlocks);
      }
    }
  }

  /** Entry that was absorbed last. */
  lastLosses(): Float32Array {
    return this.last;
  }

  /** The best path for each number of calls, with this block's choice changed in every way; [T * (L + 1) * choices * L]. */
  changedIn(block: number): Int32Array {
    const { numBlocks, best, bestPaths } = this;
    const ways = this.choices[block];
    const out = new Int32Array(best.length * ways * numBlocks);
    for (let row = 0; row < best.length; row++) {
      // A number of calls that nothing has reached yet has no path: the row's zeros are one, and harmless.
      const path = bestPaths.subarray(row * numBlocks, (row + 1) * numBlocks);
      for (let choice = 0; choice < ways; choice++) {
        const at = (row * ways + choice) * numBlocks;
        out.set(path, at);
        out[at + block] = choice;
      }
    }
    return out;
  }

  /** The best within each token's budget, and the least loss for every budget. */
  within(budgets: ArrayLike<number>) {
    const { numTokens, numBlocks, best, bestPaths } = this;
    const paths = new Int32Array(numTokens * numBlocks);
    const losses = new Float32Array(numTokens);
    const byBudget = new Float32Array(best.length);
    const difficulty = new Float32Array(numTokens);
    for (let t = 0; t < numTokens; t++) {
      const first = t * (numBlocks + 1);
      let winner = first;
      for (let calls = 0; calls <= numBlocks; calls++) {
        winner = best[first + calls] < best[winner] ? first + calls : winner;
        byBudget[first + calls] = best[winner];
        if (calls === budgets[t]) {
          losses[t] = best[winner];
          paths.set(bestPaths.subarray(winner * numBlocks, (winner + 1) * numBlocks), t * numBlocks);
        }
      }
      difficulty[t] = byBudget[first] - byBudget[first + numBlocks];
    }
    return { paths, losses, byBudget, difficulty, tried: this.tried };
  }
}
