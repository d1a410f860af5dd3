import { tf } from '../../base/backend';
import { Axis, Module, Parameter } from '../../base/core';
import type { Context } from '../../base/core';
import { LowRank } from '../../nn/layers/lowRank';
import type { Router } from '../../nn/routers';
import { routeDense } from './gatedRanks';
import type { MixtureShape } from './mixtureShape';

// Cores that are all alike would get no gradient to route by.
const CORE_DEVIATION = 0.1;

/**
 * Experts that share both factors and differ in a core matrix between them, `alpha / r (x A) (sum_e g_e C_e) B`; the router
 * sees `x A` as well (CoMoL, core-space merging). An expert adds r^2 values. Cores are the identity and a little noise at
 * first. Tokens [..., in] to what is added, [..., out].
 */
export class CoreSpace extends Module {
  readonly kind = 'core-space';
  readonly router: Router;
  private readonly low: LowRank;
  private readonly cores: Parameter;

  constructor({ inputs, outputs, experts, router, alpha, random }: MixtureShape, rank: number) {
    super();
    const [r, E] = [Axis.of('rank', rank), Axis.of('experts', experts)];
    this.router = this.addChild('router', router.build({ width: r, numExperts: E, random: random.child('router') }));
    this.low = this.addChild(
      'low',
      new LowRank({ shape: [inputs, outputs], rank: r, alpha, random: random.child('low') })
    );
    const make = (sizes: number[]): tf.Tensor =>
      tf.tidy(() =>
        tf
          .eye(rank)
          .expandDims(0)
          .add(random.child('cores').normal(sizes, 0, CORE_DEVIATION))
      );
    this.cores = this.addParameter('cores', Parameter.over([E, r, r], make));
  }

  /** All cores. */
  override ownFlops(): number {
    return 2 * this.cores.axes.reduce((product, { size }) => product * size, 1);
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const rank = this.cores.axes[1].size;
    return tf.tidy(() => {
      const inner = this.low.down(x.reshape<tf.Tensor2D>([-1, x.shape[x.rank - 1]]));
      const weights = routeDense(this.router, inner, ctx); // [T, E]
      // [r, E r]: all cores side by side; the weighted sum after the product is the product with the weighted sum.
      const cores = this.cores.read().transpose([1, 0, 2]).reshape<tf.Tensor2D>([rank, -1]);
      const ofCore = inner.matMul(cores).reshape([-1, weights.shape[1], rank]);
      const mixed = ofCore.mul(weights.expandDims(2)).sum<tf.Tensor2D>(1);
      return this.low.up(mixed).reshape([...x.shape.slice(0, -1), -1]);
    });
  }
}
