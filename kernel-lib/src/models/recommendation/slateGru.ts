import { tf } from '../../base/backend';
import { Context, expectInteger, expectNumber, given, Module, Random } from '../../base/core';
import { MeanField } from '../../nn/layers';
import { slateLoss, type SlateViews } from './slateLoss';
import { SlateNetwork, type SlateNetworkOptions } from './slateNetwork';

/** Options of `models.SlateGru`. */
export interface SlateGruOptions extends SlateNetworkOptions {
  /** Standard deviation of an item's vector around that of its group, a priori. Default 0.3. */
  spread?: number;
  /** Standard deviation of all else around 0, a priori. Default 1. */
  prior?: number;
  /** Standard deviation of the posterior at first. Default 0.1. */
  deviation?: number;
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
}

const WHERE = 'models.SlateGru';

/**
 * Bayesian slate recommender (arXiv 2104.15046): a GRU over what a user clicked gives their state, whose product with item vectors is a logit of each item; the likelihood of a click is a softmax over what was shown and no click. All parameters
 * have a mean-field posterior (`layers.MeanField`); an item's vector is a priori near its group's. Slates are filled from one draw of the parameters (Thompson sampling), or from their means.
 *
 * @throws {SwitchyardError} where there is no item, a group is no whole number from 0, or a size or deviation is out of range.
 */
export class SlateGru extends Module {
  readonly kind = 'slate-gru';
  private readonly posterior: MeanField;
  private readonly network: SlateNetwork;

  constructor(readonly options: SlateGruOptions) {
    const { spread = 0.3, prior = 1, deviation = 0.1, seed = 0 } = given(WHERE, options);
    super();
    expectNumber(WHERE, 'spread', spread, Number.MIN_VALUE);
    this.network = new SlateNetwork(WHERE, options, Random.fromSeed(seed).child('slateGru'));
    const priorOf = (path: string): number => (path.startsWith('offsets.') ? spread : prior);
    this.posterior = this.addChild('posterior', new MeanField({ network: this.network, deviation, prior: priorOf }));
  }

  /** Logits of all items under the means of the parameters; see {@link SlateGru.scores}. */
  override apply(clicks: tf.Tensor, ctx: Context): tf.Tensor2D {
    return this.network.apply(clicks, ctx);
  }

  /** Logits of all items after what users clicked, int32 [B, N], -1 in front where a history is shorter; under one draw, or under the means where there is no stream; [B, I]. */
  scores(clicks: tf.Tensor2D, random: Random | null): tf.Tensor2D {
    const read = (): tf.Tensor2D => this.network.apply(clicks, Context.create());
    return random === null ? tf.tidy(read) : this.posterior.draw(random, read);
  }

  /**
   * Evidence lower bound of views, negative and for each view, in nats: the cross entropy of clicks among what was shown, under one draw, and the share of the divergence from the prior that is a view's.
   *
   * @param total - Views that there are in all.
   */
  loss(clicks: tf.Tensor2D, views: SlateViews, { total, random }: { total: number; random: Random }): tf.Scalar {
    expectInteger(WHERE, 'total', total, 1);
    return tf.tidy(() => {
      const likelihood = this.posterior.draw(random, () =>
        slateLoss(this.network.apply(clicks, Context.create()), views, this.network.noClick.read() as tf.Scalar).mean<tf.Scalar>()); // prettier-ignore
      return likelihood.add(this.posterior.divergence().div(total));
    });
  }

  /**
   * Slates of the items with the highest logits, best first, int32 [B, K]: of one draw of the parameters (Thompson sampling), or greedy where there is no stream.
   *
   * @throws {SwitchyardError} where there are not as many items.
   */
  recommend(clicks: tf.Tensor2D, k: number, random: Random | null): tf.Tensor2D {
    expectInteger(WHERE, 'k', k, 1, this.options.groups.length);
    return tf.tidy(() => tf.topk(this.scores(clicks, random), k).indices as tf.Tensor2D);
  }
}
