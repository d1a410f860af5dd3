import type { tf } from '../../../base/backend';
import type { Module } from '../../../base/core';
import type { PruningGroup } from '../groups';
import type { SparsityTarget } from '../sparseMasks';

/** Criterion of single values, as `prune.magnitude()` gives it: a score for each value of a parameter, which groups add up. */
export interface ValueImportance {
  readonly kind: string;
  /**
   * Scores the values of a model's parameters, by path; what it does not score counts nothing. The caller disposes them.
   *
   * @throws {SwitchyardError} where it needs data or gradients and has none.
   */
  score(model: Module): Map<string, tf.Tensor>;
  /** Paths that it can score, where these are not all matrices. */
  scored?(model: Module): string[];
  /** How scores of a slice's values become the slice's: their sum, or the magnitude of their sum. Default "sum". */
  readonly gather?: 'sum' | 'magnitude';
  /** Over which values `prune.unstructured` ranks them, where it is not told. Default "local". */
  readonly scope?: 'local' | 'output';
  /** Scores that groups add up, where they are others than those of single values, and a last step on the sums, as LAMP has them. */
  readonly ofGroups?: {
    score(model: Module): Map<string, tf.Tensor>;
    normalize(importance: Float32Array): Float32Array;
  };
  /**
   * Chooses masks and new values of the values that are left together, as SparseGPT does: stores both in `model`, which is the caller's own.
   *
   * @throws {SwitchyardError} as `score` does.
   */
  solve?(model: Module, paths: readonly string[], target: SparsityTarget): void;
}

/** Criterion of whole positions of groups, neurons, heads or experts, which does not come from scores of single values. */
export interface GroupImportance {
  readonly kind: string;
  /** Importance of each stored position of these groups, in their order. */
  scoreGroups(model: Module, groups: readonly PruningGroup[]): Float32Array[];
}

/** Importance criterion: of single values, or of whole positions of groups. */
export type Importance = ValueImportance | GroupImportance;
