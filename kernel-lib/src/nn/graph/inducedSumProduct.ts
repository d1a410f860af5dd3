import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectShape, given, Module, Parameter, type Random } from '../../base/core';
import type { Graph } from '../../base/graph';
import { logSumExp } from '../../base/ops';
import { neighbourMean } from '../../base/ops/graph';
import { graphOfPass } from './messagePassing';

/** Options of `graph.InducedSumProduct`. */
export interface InducedSumProductOptions {
  /** Values of a node, F. */
  inputWidth: number;
  /** Components of each mixture, C. */
  components: number;
  /** Height of the trees, 1 or more: a node alone at 1, and one step of neighbours more at each next. Default 2. */
  height?: number;
  random: Random;
}

/** Mixtures of one height. */
export interface SumProductLevel {
  /** Logarithms of the mixture's weights, [N, C]: those of the children's posteriors through a learnt transition, of the lowest a prior. */
  logPrior: tf.Tensor2D;
  /** Logarithms of the posteriors given the node's own values, [N, C]. */
  logPosterior: tf.Tensor2D;
  /** Logarithm of the density of what is seen of a node, [N, 1]. */
  logLikelihood: tf.Tensor2D;
}

/** Rows of values and which of them are seen, [N, F] both: 1 where they are. */
interface Seen {
  values: tf.Tensor2D;
  mask: tf.Tensor2D;
}

/**
 * Graph-induced sum-product networks (arXiv 2305.10544): each node's computation tree is a hierarchy of mixtures of products of normal densities, one mixture a height, whose weights are learnt convex transforms of the mean of its children's posteriors,
 * so that every marginal is exact: what is not seen of a node (NaN) is left out of its products. Nodes [N, F] to the logarithms of the highest posteriors, [N, C].
 *
 * @throws {SwitchyardError} where a size is out of range.
 */
export class InducedSumProduct extends Module {
  readonly kind = 'induced-sum-product';
  private readonly options: Required<InducedSumProductOptions>;
  private readonly prior: Parameter;
  private readonly transitions: readonly Parameter[];
  private readonly leaves: readonly { mean: Parameter; logDeviation: Parameter }[];

  constructor(options: InducedSumProductOptions) {
    const where = 'graph.InducedSumProduct';
    const { inputWidth, components, height = 2, random } = given(where, options);
    super();
    Object.entries({ inputWidth, components, height }).forEach(([name, value]) => expectInteger(where, name, value, 1));
    this.options = { inputWidth, components, height, random };
    const some = Axis.of('components', components).pin('mixtures have them');
    const others = Axis.of('childComponents', components).pin('mixtures have them');
    const inputs = Axis.of('inputs', inputWidth).pin('the data have them');
    const drawn = (name: string, deviation: number) => (shape: number[]): tf.Tensor => random.child(name).normal(shape, 0, deviation); // prettier-ignore
    this.prior = this.addParameter('prior', Parameter.over([some], tf.zeros));
    this.transitions = Array.from({ length: height - 1 }, (_, i) => this.addParameter(`${i + 1}.transition`, Parameter.over([others, some], drawn(`${i + 1}.transition`, 0.5)))); // prettier-ignore
    this.leaves = Array.from({ length: height }, (_, i) => ({
      mean: this.addParameter(`${i}.mean`, Parameter.over([some, inputs], drawn(`${i}.mean`, 1))),
      logDeviation: this.addParameter(`${i}.logDeviation`, Parameter.over([some, inputs], tf.zeros))
    }));
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => this.levels(x, ctx).at(-1)!.logPosterior);
  }

  /** Networks of each height, from nodes alone. Call it within a tidy. */
  levels(x: tf.Tensor, ctx: Context): SumProductLevel[] {
    const graph = graphOfPass(this, ctx);
    const { inputWidth, components } = this.options;
    expectShape(ctx.path || 'graph.InducedSumProduct', x, [graph.numNodes, inputWidth]);
    const seen = seenOf(x);
    const levels: SumProductLevel[] = [];
    this.leaves.forEach((_, i) => {
      const prior = tf.logSoftmax(this.prior.read().reshape([1, components])).tile([graph.numNodes, 1]) as tf.Tensor2D;
      const logPrior = i === 0 ? prior : this.fromChildren(levels[i - 1].logPosterior, prior, i - 1, graph);
      const joint = logPrior.add<tf.Tensor2D>(this.products(i, seen));
      const logLikelihood = logSumExp(joint).expandDims<tf.Tensor2D>(1);
      levels.push({ logPrior, logPosterior: joint.sub(logLikelihood), logLikelihood });
    });
    return levels;
  }

  /** Mean over nodes and heights of the logarithm of the density of what is seen: what is raised in training, without labels. */
  logLikelihood(x: tf.Tensor, ctx: Context): tf.Scalar {
    return tf.tidy(() => tf.concat(this.levels(x, ctx).map((level) => level.logLikelihood), 1).mean<tf.Scalar>()); // prettier-ignore
  }

  /** Values with those that are not seen put in: their means given all that is, by the highest network, [N, F]. */
  impute(x: tf.Tensor, ctx: Context): tf.Tensor2D {
    return tf.tidy(() => {
      const { values, mask } = seenOf(x);
      const posterior = this.levels(x, ctx).at(-1)!.logPosterior.exp();
      const means = tf.matMul(posterior as tf.Tensor2D, this.leaves.at(-1)!.mean.read() as tf.Tensor2D);
      return values.mul(mask).add<tf.Tensor2D>(means.mul(tf.sub(1, mask)));
    });
  }

  /** Weights of a parent's mixture: a convex mean of rows of the transition by the children's posteriors; without children the prior. */
  private fromChildren(logPosterior: tf.Tensor2D, prior: tf.Tensor2D, at: number, graph: Graph): tf.Tensor2D {
    const children = neighbourMean(logPosterior.exp() as tf.Tensor2D, graph);
    const ways = tf.softmax(this.transitions[at].read());
    const some = neighbourMean(tf.ones([graph.numNodes, 1]), graph);
    const mixed = tf.matMul(children, ways as tf.Tensor2D);
    return mixed.add(tf.sub(1, some)).log().mul(some).add(prior.mul(tf.sub(1, some))); // prettier-ignore
  }

  /** Logarithms of the components' products over what is seen, [N, C]. */
  private products(at: number, { values, mask }: Seen): tf.Tensor2D {
    const { mean, logDeviation } = this.leaves[at];
    const [m, s] = [mean.read(), logDeviation.read()].map((of) => of.expandDims(0));
    const distance = values.expandDims(1).sub(m).div(s.exp());
    const each = distance.square().div(-2).sub(s).sub(Math.log(2 * Math.PI) / 2); // prettier-ignore
    return each.mul(mask.expandDims(1)).sum(2);
  }
}

/** NaN is what is not seen. */
function seenOf(x: tf.Tensor): Seen {
  const mask = tf.sub(1, tf.isNaN(x).toFloat()) as tf.Tensor2D;
  return { values: tf.where(tf.isNaN(x), tf.zerosLike(x), x) as tf.Tensor2D, mask };
}
