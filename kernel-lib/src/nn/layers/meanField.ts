import { tf } from '../../base/backend';
import { type Context, expectNumber, given, Module, Parameter, type Random } from '../../base/core';

/** Options of `layers.MeanField`. */
export interface MeanFieldOptions {
  /** Network whose parameters are given a posterior; what they hold are its means. */
  network: Module;
  /** Standard deviation of the posterior at first, of every value. Default 0.05. */
  deviation?: number;
  /** Standard deviation of the prior, which is normal around 0: of all parameters, or of each by its path. Default 1. */
  prior?: number | ((path: string) => number);
}

const WHERE = 'layers.MeanField';

/**
 * Mean-field posterior over the parameters of a network (Bayes by backprop, arXiv 1505.05424): each value is normal, with a mean, which the network's own parameter holds, and a deviation `softplus(rho)` that is learnt beside it
 * ("rho:" and its path). A pass draws all of them once, from its random stream, by reparametrisation; x to what the network makes of it. Its loss is that of the task and {@link MeanField.divergence}, divided by the number of examples.
 *
 * @throws {SwitchyardError} where a deviation is not above 0.
 */
export class MeanField extends Module {
  readonly kind = 'mean-field';
  readonly network: Module;
  private readonly each: readonly { path: string; mean: Parameter; rho: Parameter; prior: number }[];

  constructor(options: MeanFieldOptions) {
    super();
    const { network, deviation = 0.05, prior = 1 } = given(WHERE, options);
    expectNumber(WHERE, 'deviation', deviation, Number.MIN_VALUE);
    this.network = this.addChild('network', network);
    const rho = Math.log(Math.expm1(deviation));
    this.each = [...network.parameters()].map(([path, mean]) => {
      const own = typeof prior === 'number' ? prior : prior(path);
      expectNumber(WHERE, `prior of ${path}`, own, Number.MIN_VALUE);
      const stored = Parameter.over(mean.axes, (shape) => tf.fill(shape, rho), { decay: false });
      return { path, mean, rho: this.addParameter(`rho:${path}`, stored), prior: own };
    });
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return this.draw(ctx.random.child('draw'), () => this.network.apply(x, ctx.within('network')));
  }

  /** Value of a function while the network reads one draw from the posterior, the same of the same stream. Tensors of it are tidied. */
  draw<T extends tf.TensorContainer>(random: Random, f: () => T): T {
    const ends = this.each.map(({ path, mean, rho }) => {
      const own = random.child(path);
      return mean.wrap((value) => value.add(rho.read().softplus().mul(own.normal(value.shape))));
    });
    try {
      return tf.tidy(f);
    } finally {
      ends.forEach((end) => end());
    }
  }

  /** Kullback-Leibler divergence of the posterior from the prior, in nats. */
  divergence(): tf.Scalar {
    return tf.tidy(() => {
      const all = this.each.map(({ mean, rho, prior }) => {
        const ratio = rho.read().softplus().div(prior);
        const squares = mean.cut().div(prior).square().add(ratio.square());
        return squares.sub(1).mul(0.5).sub(ratio.log()).sum();
      });
      return tf.addN(all) as tf.Scalar;
    });
  }
}
