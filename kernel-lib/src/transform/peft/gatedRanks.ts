import { tf } from '../../base/backend';
import { Axis, Module } from '../../base/core';
import type { Context } from '../../base/core';
import { numberedLabels } from '../../nn/experts/numberedLabels';
import { LowRank } from '../../nn/layers/lowRank';
import { readRouting } from '../../nn/moe/hostRouting';
import { publishRouting } from '../../nn/moe/publishRouting';
import { denseWeights } from '../../nn/routers';
import type { Router } from '../../nn/routers';
import type { MixtureShape } from './mixtureShape';

/**
 * One low-rank change whose ranks a router weighs for each token, in blocks: `alpha / r ((x A) * g(x)) B`, g constant within
 * a block of `blockRank`. Blocks of r are a mixture of E adapters of rank r, blocks of 1 make each rank an expert
 * (SMoRA, arXiv 2501.15103). Tokens [..., in] to what is added, [..., out].
 */
export class GatedRanks extends Module {
  readonly kind = 'gated-ranks';
  readonly router: Router;
  private readonly low: LowRank;

  constructor(
    { inputs, outputs, experts, router, alpha, random }: MixtureShape,
    private readonly blockRank: number
  ) {
    super();
    const E = Axis.of('experts', experts);
    this.router = this.addChild(
      'router',
      router.build({ width: inputs, numExperts: E, random: random.child('router') })
    );
    const rank = Axis.product('experts x block', E, Axis.fixed('block', blockRank));
    // An expert has its own scale, alpha / blockRank, whatever the number of experts.
    const low = { shape: [inputs, outputs], rank, alpha: alpha * experts, random: random.child('low') };
    this.low = this.addChild('low', new LowRank(low));
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const tokens = x.reshape<tf.Tensor2D>([-1, x.shape[x.rank - 1]]);
      const weights = routeDense(this.router, tokens, ctx);
      const [numTokens, experts] = weights.shape;
      const ofRank = weights
        .expandDims(2)
        .tile([1, 1, this.blockRank])
        .reshape([numTokens, experts * this.blockRank]);
      const y = this.low.up(this.low.down(tokens).mul<tf.Tensor2D>(ofRank));
      return y.reshape([...x.shape.slice(0, -1), -1]);
    });
  }
}

/** Routes tokens [T, D] and publishes it; the weight of each expert for each token, [T, E]. */
export function routeDense(router: Router, tokens: tf.Tensor2D, ctx: Context): tf.Tensor2D {
  const routing = router.route(tokens, ctx.within('router'));
  if (ctx.wants('routing')) {
    const host = readRouting(ctx.within('router').path, routing, true);
    const experts = numberedLabels(routing.numExperts);
    publishRouting(routing, host, { router: router.kind, experts, dropped: null }, ctx);
  }
  return denseWeights(routing);
}
