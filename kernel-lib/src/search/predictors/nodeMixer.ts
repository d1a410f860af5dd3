import { tf } from '../../base/backend';
import { Axis, type Context, Module, Parameter, type Random } from '../../base/core';
import { activate, Linear } from '../../nn/layers';

/** A normal distribution for each row, [B] both. */
interface Scores {
  mean: tf.Tensor1D;
  variance: tf.Tensor1D;
}

/**
 * A mixer over nodes and their statistics with a Bayesian last layer: rows [B, N S] to a normal distribution of scores. Nodes are mixed for each feature, features for each node, both added to what
 * goes past; the last layer's weights are normal, with a mean and a deviation each.
 */
export class NodeMixer extends Module {
  readonly kind = 'node-mixer';
  private readonly embed: Linear;
  private readonly ofNodes: Linear;
  private readonly ofFeatures: Linear;
  private readonly mean: Parameter;
  private readonly logDeviation: Parameter;

  constructor(
    private readonly size: { nodes: number; statistics: number; width: number },
    random: Random
  ) {
    super();
    const { nodes, statistics, width } = size;
    const linear = (name: string, inputWidth: number, outputWidth: number): Linear =>
      this.addChild(name, new Linear({ inputWidth, outputWidth, random: random.child(name) }));
    this.embed = linear('embed', statistics, width);
    this.ofNodes = linear('ofNodes', nodes, nodes);
    this.ofFeatures = linear('ofFeatures', width, width);
    const axes = [Axis.fixed('nodes', nodes), Axis.fixed('width', width)];
    const scale = 1 / Math.sqrt(nodes * width);
    const make = (shape: number[]): tf.Tensor => random.child('mean').normal(shape, 0, scale);
    this.mean = this.addParameter('mean', Parameter.over(axes, make, { decay: false }));
    const deviation = (shape: number[]): tf.Tensor => tf.fill(shape, Math.log(scale / 10));
    this.logDeviation = this.addParameter('logDeviation', Parameter.over(axes, deviation, { decay: false }));
  }

  override ownFlops(): number {
    return 2 * this.mean.size;
  }

  /** Scores of rows [B, N S]. */
  scores(x: tf.Tensor, ctx: Context): Scores {
    const { nodes, statistics, width } = this.size;
    const first = this.embed.apply(x.reshape([-1, nodes, statistics]), ctx.within('embed'));
    const turned = this.ofNodes.apply(first.transpose([0, 2, 1]), ctx.within('ofNodes'));
    const mixed = first.add(activate('gelu', turned).transpose([0, 2, 1]));
    const features = mixed.add(activate('gelu', this.ofFeatures.apply(mixed, ctx.within('ofFeatures'))));
    const flat = features.reshape<tf.Tensor2D>([-1, nodes * width]);
    const by = (weights: tf.Tensor, of: tf.Tensor2D): tf.Tensor1D => tf.matMul(of, weights.reshape<tf.Tensor2D>([-1, 1])).reshape([-1]); // prettier-ignore
    return {
      mean: by(this.mean.read(), flat),
      variance: by(this.logDeviation.read().mul(2).exp(), flat.square())
    };
  }

  /** Divergence of the last layer's weights from a standard normal prior, in nats. */
  divergence(): tf.Scalar {
    const twice = this.logDeviation.read().mul(2);
    return this.mean.read().square().add(twice.exp()).sub(1).sub(twice).sum<tf.Scalar>().mul(0.5);
  }

  /** Scores, [B]: their means, or in training a draw of each. */
  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const { mean, variance } = this.scores(x, ctx);
      return ctx.training ? mean.add(variance.add(1e-12).sqrt().mul(ctx.random.normal(mean.shape))) : mean;
    });
  }
}
