import type { tf } from '../../base/backend';
import type { Axis, Context, Module, Random, Size, Spec } from '../../base/core';
import type { DispatchPlan } from '../../base/ops';
import type { Activation } from '../layers';

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
  /** Its experts as feed-forward networks, which transformations read; null where they are none. */
  feedForwards(): StackedFeedForwards | null;
  /**
   * Runs each expert on its own rows.
   *
   * @param rows - [R, D], grouped by expert as `plan` says.
   * @returns [R, D], in the same order.
   */
  applyGroups(rows: tf.Tensor2D, plan: DispatchPlan, ctx: Context): tf.Tensor2D;
}

/** Feed-forward networks of one kind, stacked along the axis of the experts. */
export interface StackedFeedForwards {
  /** The kind that computes the same, "plain" or "gated". */
  readonly spec: ExpertSpec;
  readonly gated: boolean;
  readonly activation: Activation;
  readonly bias: boolean;
  /** Module that holds w1 and w3 [M, D, H], w2 [M, H, D], b1 [M, H] and b2 [M, D]. */
  readonly stored: Module;
  /** The stored network that each expert is, [E]; null where each has its own. */
  readonly target: readonly number[] | null;
}

/** Modules that a bank works with and does not own, by the name that its spec says. */
export type LiveModules = Readonly<Record<string, Module>>;

/** A bank's shape, known once the layer that holds it is built. */
export interface ExpertShape {
  numExperts: Size;
  /** Width of tokens, D. */
  width: Size;
  /** Width inside an expert, H. */
  hidden: Size;
  /** Stream for the initial parameters. */
  random: Random;
  /** Modules that specs name instead of holding them. Default: none. */
  live?: LiveModules;
}

/** Specification of a bank, as `moe.plainExperts(...)` gives it: options, checked, that a layer builds its experts from. */
export interface ExpertSpec extends Spec<ExpertShape, ExpertBank> {
  /** Name for people. Default: its kind. */
  readonly label?: string;
  /** Whether each is a gated network, of three matrices. Default false. */
  readonly gated?: boolean;
}
