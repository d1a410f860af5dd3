import type { tf } from '../../base/backend';
import type { Context, Module, Random, Axis, Size } from '../../base/core';
import type { DispatchPlan } from '../../base/ops';

/**
 * The experts of a layer, all of one kind or mixed; the layer that holds them knows no more of them than this.
 */
export interface ExpertBank extends Module {
  /** The axis of the experts, E; routers share it. */
  readonly experts: Axis;
  readonly numExperts: number;
  /** A label for each expert, for people; E. */
  readonly labels: readonly string[];
  /** Operations that each expert spends on a row, matrix products only, a multiplication and an addition counted as two; [E]. */
  readonly flops: readonly number[];
  /**
   * Runs each expert on its own rows.
   *
   * @param rows - [R, D], grouped by expert as `plan` says.
   * @returns [R, D], in the same order.
   */
  applyGroups(rows: tf.Tensor2D, plan: DispatchPlan, ctx: Context): tf.Tensor2D;
}

/** A bank's shape, known once the layer that holds it is built. */
export interface ExpertShape {
  numExperts: Size;
  /** Width of tokens, D. */
  width: Size;
  /** Width inside an expert, H. */
  hidden: Size;
  /** Stream for the initial parameters. */
  random: Random;
}

/** What `moe.plainExperts(...)` gives: options, checked, that a layer builds its experts from. */
export interface ExpertSpec {
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
  build(shape: ExpertShape): ExpertBank;
}
