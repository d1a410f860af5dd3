import { tf } from '../../base/backend';
import { Context, expectShape } from '../../base/core';
import * as ops from '../../base/ops';
import { readRouting } from '../../nn/moe/hostRouting';
import type { MoeLayer } from '../../nn/moe/layer';

/** Statistics of each expert of a layer on some tokens, on the host. */
export interface ExpertStatistics {
  /** Tokens that chose it; [E]. */
  counts: number[];
  /** Its share of all choices; [E]. */
  frequency: number[];
  /** Mean of `weight * |output|` over the tokens that chose it, 0 where none did: REAP's saliency (arXiv 2510.13999); [E]. */
  gateTimesNorm: number[];
  /** Logits of the router, row by token; [T * E]. */
  logits: Float32Array;
}

/** Runs tokens [T, D] through a layer's router and experts, without capacity, and counts. */
export function expertStatistics(layer: MoeLayer, tokens: tf.Tensor2D): ExpertStatistics {
  expectShape('moe.expertStatistics', tokens, ['T', layer.options.width]);
  const { numExperts } = layer.router;
  const { indices, weights, norms, logits } = observe(layer, tokens);
  const counts = new Array<number>(numExperts).fill(0);
  const sums = new Array<number>(numExperts).fill(0);
  indices.forEach((expert, choice) => {
    if (expert >= 0) {
      counts[expert]++;
      sums[expert] += weights[choice] * norms[choice];
    }
  });
  const total = counts.reduce((a, b) => a + b, 0);
  return {
    counts,
    frequency: counts.map((count) => count / Math.max(1, total)),
    gateTimesNorm: sums.map((sum, expert) => sum / Math.max(1, counts[expert])),
    logits
  };
}

/** Choices with their weights and the norm of what the expert made of the token; [T * K] each. */
function observe({ router, experts }: MoeLayer, tokens: tf.Tensor2D) {
  const ctx = Context.create();
  const [numTokens] = tokens.shape;
  try {
    return tf.tidy(() => {
      const routing = router.route(tokens, ctx.within('router'));
      const { indices, weights } = readRouting('moe.expertStatistics', routing, true).observed!;
      const k = indices.length / numTokens;
      const plan = ops.planDispatch(indices, { numTokens, k, numExperts: router.numExperts });
      const outputs = experts.applyGroups(ops.dispatch(tokens, plan), plan, ctx.within('experts'));
      const ofRow = outputs.norm('euclidean', 1).dataSync();
      const norms = Float32Array.from(plan.inverse, (row) => (row < 0 ? 0 : ofRow[row]));
      return { indices, weights, norms, logits: routing.logits.dataSync<'float32'>() };
    });
  } finally {
    ctx.dispose();
  }
}
