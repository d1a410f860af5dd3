import type { tf } from '../../base/backend';
import type { Context } from '../../base/core';

/** Tells observers of "routing" which of a few choices each node takes, and by how much: nodes are the tokens, choices [N, E] the experts; a choice of share 0 is unused. */
export function publishShares(router: string, shares: tf.Tensor2D, experts: readonly string[], ctx: Context): void {
  if (!ctx.wants('routing')) {
    return;
  }
  const values = shares.dataSync<'float32'>();
  const [numTokens, numExperts] = shares.shape;
  const indices = new Int32Array(values.length).fill(-1);
  const weights = new Float32Array(values.length);
  const importance = new Float32Array(numExperts);
  let entropy = 0;
  for (let node = 0; node < numTokens; node++) {
    const own = values.subarray(node * numExperts, (node + 1) * numExperts);
    const order = Array.from(own.keys()).sort((a, b) => own[b] - own[a]);
    order.filter((expert) => own[expert] > 0).forEach((expert, j) => {
      indices[node * numExperts + j] = expert;
      weights[node * numExperts + j] = own[expert];
      importance[expert] += own[expert];
      entropy -= own[expert] * Math.log(own[expert]);
    }); // prettier-ignore
  }
  ctx.publish({
    ...{ kind: 'routing', path: ctx.path, router, numExperts, k: numExperts, numTokens, experts: [...experts] },
    ...{ indices, weights, dropped: null, importance, entropy: entropy / Math.max(1, numTokens) }
  });
}
