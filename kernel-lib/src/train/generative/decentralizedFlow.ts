import { tf } from '../../base/backend';
import { expectInteger, refuseOldNames } from '../../base/core';
import * as ops from '../../base/ops';
import type { Posterior, Velocity } from './flow';

/** Options of `generative.decentralizedFlow`. */
export interface DecentralizedFlowOptions {
  /** The flow of each partition of the data, trained on it alone; K. */
  experts: readonly Velocity[];
  /** Which partition a point comes from. */
  router: Posterior;
  /** Experts that work on a point: those of highest probability, their probabilities divided by their sum. Default: all. */
  k?: number;
}

/**
 * The flow of the whole data out of the flows of its partitions, `sum_k p(k | x, t) u_k(x, t)` (Decentralized Diffusion Models,
 * arXiv 2501.05450): exact where experts and router are, with all experts. Points are sent only to the experts chosen for them.
 *
 * @throws {SwitchyardError} where k is not in 1..K.
 */
export function decentralizedFlow(options: DecentralizedFlowOptions): Velocity {
  refuseOldNames('generative.decentralizedFlow', options, { topK: 'k' });
  const { experts, router, k = options.experts.length } = options;
  expectInteger('generative.decentralizedFlow', 'k', k, 1, experts.length);
  return (x, t) =>
    tf.tidy(() => {
      const { values, indices } = ops.topK(router(x, t), k);
      const weights = values.div<tf.Tensor2D>(values.sum(1, true));
      const choices = Int32Array.from(indices.dataSync());
      const plan = ops.planDispatch(choices, { numTokens: x.shape[0], k, numExperts: experts.length });
      const rows = ops.dispatch(x, plan);
      const outputs = experts.flatMap((expert, k) =>
        plan.counts[k] === 0 ? [] : [expert(rows.slice([plan.offsets[k], 0], [plan.counts[k], -1]), t)]
      );
      return ops.combine(tf.concat(outputs), weights, plan);
    });
}
