import type { tf } from '../../base/backend';
import type { Context } from '../../base/core';
import * as ops from '../../base/ops';
import type { ExpertBank } from '../experts/expertBank';
import type { SlotRouting } from '../routers';

/** Experts on rows that are mixtures of tokens (Soft MoE, arXiv 2308.00951, eq. 1-3): tokens [T, D] to [T, D]. */
export function applySlots(bank: ExpertBank, tokens: tf.Tensor2D, routing: SlotRouting, ctx: Context): tf.Tensor2D {
  const { numTokens, numExperts, slots, dispatch, combine } = routing;
  const rows = numExperts * slots;
  const owners = Int32Array.from({ length: rows }, (_, row) => Math.floor(row / slots));
  const plan = ops.planDispatch(owners, { numTokens: rows, k: 1, numExperts });
  const mixed = dispatch.reshape<tf.Tensor2D>([numTokens, rows]).matMul(tokens, true) as tf.Tensor2D;
  const outputs = bank.applyGroups(mixed, plan, ctx);
  return combine.reshape<tf.Tensor2D>([numTokens, rows]).matMul(outputs) as tf.Tensor2D;
}
