import { tf } from '../../base/backend';
import { fail } from '../../base/core';
import type { Context } from '../../base/core';
import * as ops from '../../base/ops';
import { everyExpert } from '../../nn/experts/applyToAll';
import type { MoeLayer } from '../../nn/moe/layer';

/**
 * Steers a carved layer's router toward the parts that make up most of the whole (FactorLLM, arXiv 2408.11855): the cross
 * entropy between the router's probabilities and a prior, `1 / K` for each of the K parts with the largest share of the whole's output,
 * `<part, whole> / |whole|^2`; the shares of a token sum to 1. Gradients reach the router only.
 *
 * @param x - Tokens [T, D].
 * @throws {SwitchyardError} where the layer has shared parts: their share is not the router's to choose.
 */
export function priorApproximateLoss(layer: MoeLayer, x: tf.Tensor2D, ctx: Context): tf.Scalar {
  const { router, shared } = layer;
  if (shared !== null) {
    fail('moe.priorApproximateLoss', 'the layer must have no shared parts', layer.options.sharedExperts);
  }
  return tf.tidy(() => {
    const { logits } = router.route(x, ctx.within('router'));
    const prior = ops.withoutGradient(() => {
      const { indices } = ops.topK(shareOfWhole(layer, x, ctx), router.k);
      return tf.oneHot(indices.toInt(), router.numExperts, 1, 0, 'float32').mean<tf.Tensor2D>(1);
    });
    const logProbs = logits.sub(ops.logSumExp(logits).expandDims(1));
    return prior.mul(logProbs).sum(1).mean().neg() as tf.Scalar;
  });
}

// [T, E].
function shareOfWhole({ experts }: MoeLayer, x: tf.Tensor2D, ctx: Context): tf.Tensor2D {
  const [numTokens, width] = x.shape;
  const { numExperts } = experts;
  const plan = ops.planDispatch(everyExpert(numTokens, numExperts), { numTokens, k: numExperts, numExperts });
  const rows = experts.applyGroups(ops.dispatch(x, plan), plan, ctx.within('experts'));
  const parts = rows.reshape([numExperts, numTokens, width]);
  const whole = parts.sum(0);
  const share = parts.mul(whole).sum(2).div(whole.square().sum(1).add(1e-20));
  return share.transpose() as tf.Tensor2D;
}
