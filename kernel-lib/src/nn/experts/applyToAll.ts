import { tf } from '../../base/backend';
import type { Context } from '../../base/core';
import * as ops from '../../base/ops';
import type { ExpertBank } from './expertBank';

/** Every expert on every token, summed: tokens [T, D] to [T, D]. What shared experts do. */
export function applyToAll(bank: ExpertBank, tokens: tf.Tensor2D, ctx: Context): tf.Tensor2D {
  const [numTokens] = tokens.shape;
  const { numExperts } = bank;
  const plan = ops.planDispatch(everyExpert(numTokens, numExperts), { numTokens, k: numExperts, numExperts });
  const outputs = bank.applyGroups(ops.dispatch(tokens, plan), plan, ctx);
  return ops.combine(outputs, tf.ones([numTokens, numExperts]), plan);
}

/** The choices that send every token to every expert, choice j to expert j; [T * E]. */
export function everyExpert(numTokens: number, numExperts: number): Int32Array {
  return Int32Array.from({ length: numTokens * numExperts }, (_, choice) => choice % numExperts);
}
