import type { tf } from '../../base/backend';
import type { Context } from '../../base/core';

/** Tells observers of "routing" which of a few choices each node takes, and by how much: nodes are the tokens, choices [N, E] the experts; a choice of share 0 is unused. */
export function publishShares(router: string, shares: tf.Tensor2D, experts: readonly string[], ctx: Context): void {
  if (!ctx.wants('routing')) {
    return;
  }
  const values = shares.dataSync<'float32'>();
  const [numTokens, numExperts] = shares.shape;
  const chosen = Array.from({ length: numTokens }, (_, node) => {
    const own = values.subarray(node * numExperts, (node + 1) * numExperts);
    const order = Array.from(own.keys()).sort((a, b) => own[b] - own[a]);
    return order.filter((expert) => own[expert] > 0);
  });
  // As many as some node takes: a router of one choice is not told as one of all.
  const k = chosen.reduce((most, { length }) => Math.max(most, length), 1);
  const indices = new Int32Array(numTokens * k).fill(-1);
  const weights = new Float32Array(numTokens * k);
  const importance = new Float32Array(numExperts);
  let entropy = 0;
  chosen.forEach((experts, node) => {
    experts.forEach((expert, j) => {
      const share = values[node * numExperts + expert];
      indices[node * k + j] = expert;
      weights[node * k + j] = share;
      importance[expert] += share;
      entropy -= share * Math.log(share);
    });
  });
  ctx.publish({
    ...{ kind: 'routing', path: ctx.path, router, numExperts, k, numTokens, experts: [...experts] },
    ...{ indices, weights, dropped: null, importance, entropy: entropy / Math.max(1, numTokens) }
  });
}
