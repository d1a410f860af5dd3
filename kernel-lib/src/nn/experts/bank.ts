import type { tf } from '../../base/backend';
import { Module } from '../../base/core';
import type { Context } from '../../base/core';
import type { DispatchPlan } from '../../base/ops';
import { applyToAll } from './applyToAll';
import type { ExpertBank } from './expertBank';

/** What all kinds of experts have in common. */
export abstract class Bank extends Module implements ExpertBank {
  constructor(
    readonly numExperts: number,
    readonly labels: readonly string[],
    readonly flops: readonly number[]
  ) {
    super();
  }

  /** Tokens [T, D] through the sum of all experts; layers use {@link applyGroups}. */
  apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return applyToAll(this, x as tf.Tensor2D, ctx);
  }

  abstract applyGroups(rows: tf.Tensor2D, plan: DispatchPlan, ctx: Context): tf.Tensor2D;
}

/** The same cost for each expert; [E]. */
export function alike(numExperts: number, flops: number): number[] {
  return new Array<number>(numExperts).fill(flops);
}
