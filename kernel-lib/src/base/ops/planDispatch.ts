import { expectInteger, fail } from '../core';

/** Options of `ops.planDispatch`. */
export interface DispatchOptions {
  /** Tokens routed, T. */
  numTokens: number;
  /** Choices of a token, K. */
  k: number;
  /** Experts, E. */
  numExperts: number;
  /** Rows an expert takes at most; the rest is dropped. Null, the default, drops nothing. */
  capacity?: number | null;
  /** Tokens in turn of which an expert takes so many at most, each such group by itself: a sequence. Default: all, T. */
  group?: number;
  /**
   * Which tokens go first where an expert is full, the larger before the smaller; [T]. Default: in order. (Batch
   * Prioritized Routing of V-MoE, arXiv 2106.05974.)
   */
  priority?: ArrayLike<number> | null;
}

/**
 * Where each assignment of a token to an expert goes: to a row of a matrix sorted by expert. Assignment `t * K + j` is
 * choice `j` of token `t`. On the host; made once from one read of the indices, used by all ops of the layer.
 */
export interface DispatchPlan {
  readonly numTokens: number;
  readonly k: number;
  readonly numExperts: number;
  /** Assignments kept, R. */
  readonly rows: number;
  /** Rows of each expert; [E]. */
  readonly counts: Int32Array;
  /** Assignments of each expert before capacity; [E]. */
  readonly requested: Int32Array;
  /** First row of each expert, and R at the end; [E + 1]. */
  readonly offsets: Int32Array;
  /** Assignment of each row, sorted by expert, then by token; [R]. */
  readonly source: Int32Array;
  /** Row of each assignment, -1 where it is unused or dropped; [T * K]. */
  readonly inverse: Int32Array;
  /** 1 where an assignment was dropped because its expert was full; [T * K]. Null without a capacity. */
  readonly dropped: Uint8Array | null;
}

/**
 * Sorts assignments by expert with a counting sort, O(T K + E).
 *
 * With a capacity, first choices of all tokens are served before second choices, and so on, tokens in order within
 * each (the convention of GShard, arXiv 2006.16668, and Switch, arXiv 2101.03961).
 *
 * @param indices - Expert of each choice, -1 where a choice is unused; [T * K], row by token.
 * @throws {SwitchyardError} where an index is outside -1..E-1 or a length does not fit.
 */
export function planDispatch(indices: Int32Array, options: DispatchOptions): DispatchPlan {
  const { numTokens, k, numExperts, capacity = null } = options;
  check(indices, options);
  const requested = countByExpert(indices, null, numExperts);
  const dropped = capacity === null ? null : dropOverflow(indices, requested, capacity, options);
  const counts = dropped === null ? requested.slice() : countByExpert(indices, dropped, numExperts);
  const offsets = new Int32Array(numExperts + 1);
  counts.forEach((count, expert) => (offsets[expert + 1] = offsets[expert] + count));
  const rows = offsets[numExperts];
  const next = offsets.slice();
  const source = new Int32Array(rows);
  const inverse = new Int32Array(indices.length).fill(-1);
  for (let a = 0; a < indices.length; a++) {
    if (indices[a] >= 0 && dropped?.[a] !== 1) {
      const row = next[indices[a]]++;
      source[row] = a;
      inverse[a] = row;
    }
  }
  return { numTokens, k, numExperts, rows, counts, requested, offsets, source, inverse, dropped };
}

function check(indices: Int32Array, options: DispatchOptions): void {
  const { numTokens, k, numExperts, capacity = null, priority = null, group = 1 } = options;
  expectInteger('ops.planDispatch', 'numTokens', numTokens, 0);
  expectInteger('ops.planDispatch', 'k', k, 1);
  expectInteger('ops.planDispatch', 'numExperts', numExperts, 1);
  expectInteger('ops.planDispatch', 'group', group, 1);
  if (capacity !== null) {
    expectInteger('ops.planDispatch', 'capacity', capacity, 0);
  }
  if (!(indices instanceof Int32Array)) {
    fail('ops.planDispatch', 'indices must be an Int32Array', indices);
  }
  if (indices.length !== numTokens * k) {
    fail('ops.planDispatch', `indices must have numTokens * k (${numTokens * k}) entries`, indices.length);
  }
  if (priority !== null && priority.length !== numTokens) {
    fail('ops.planDispatch', `priority must have numTokens (${numTokens}) entries`, priority.length);
  }
  const wrong = indices.findIndex((expert) => expert < -1 || expert >= numExperts);
  if (wrong >= 0) {
    const where = `choice ${wrong % k} of token ${Math.floor(wrong / k)}`;
    fail('ops.planDispatch', `${where} must be an expert 0..${numExperts - 1}, or -1 for none`, indices[wrong]);
  }
}

function countByExpert(indices: Int32Array, dropped: Uint8Array | null, numExperts: number): Int32Array {
  const counts = new Int32Array(numExperts);
  for (let a = 0; a < indices.length; a++) {
    if (indices[a] >= 0 && dropped?.[a] !== 1) {
      counts[indices[a]]++;
    }
  }
  return counts;
}

function dropOverflow(
  indices: Int32Array,
  requested: Int32Array,
  capacity: number,
  { numTokens, k, numExperts, priority = null, group = numTokens }: DispatchOptions
): Uint8Array {
  const dropped = new Uint8Array(indices.length);
  if (requested.every((count) => count <= capacity)) {
    return dropped;
  }
  const order = tokenOrder(numTokens, priority);
  const used = new Int32Array(numExperts * Math.ceil(numTokens / group));
  for (let choice = 0; choice < k; choice++) {
    for (const token of order) {
      const a = token * k + choice;
      if (indices[a] >= 0 && used[indices[a] + numExperts * Math.floor(token / group)]++ >= capacity) {
        dropped[a] = 1;
      }
    }
  }
  return dropped;
}

// Sorting is stable: tokens of equal priority stay in order.
function tokenOrder(numTokens: number, priority: ArrayLike<number> | null): Int32Array {
  const order = Int32Array.from({ length: numTokens }, (_, token) => token);
  return priority === null ? order : order.sort((a, b) => priority[b] - priority[a]);
}
