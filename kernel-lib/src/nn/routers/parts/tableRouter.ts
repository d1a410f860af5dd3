import { tf } from '../../../base/backend';
import { Module } from '../../../base/core';
import type { Context } from '../../../base/core';
import type { Router, SparseRouting } from '../router';
import { oneHot } from './oneHot';
import { sideInput } from './sideInput';

/** Looks a token's experts up by its id; nothing is learnt. What `routers.hash` and `routers.fixed` build. */
export class TableRouter extends Module implements Router {
  readonly k: number;
  readonly meanK: number;
  private readonly table: tf.Variable;

  /**
   * @param table - Experts of each id, [V, K], taken over.
   * @param by - State of the pass that holds the ids, int32 [T]; they are taken modulo V.
   */
  constructor(
    readonly kind: string,
    table: tf.Tensor2D,
    readonly numExperts: number,
    private readonly by: string
  ) {
    super();
    this.k = table.shape[1];
    this.meanK = this.k;
    this.table = this.addBuffer('table', tf.variable(table, false));
    table.dispose();
  }

  /** The probabilities of {@link route}. */
  apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return this.route(x as tf.Tensor2D, ctx).probs;
  }

  route(x: tf.Tensor2D, ctx: Context): SparseRouting {
    const { numExperts, k, table } = this;
    const [numTokens] = x.shape;
    const ids = sideInput(this.kind, this.by, numTokens, ctx).toInt().mod(tf.scalar(table.shape[0], 'int32'));
    const indices = tf.gather(table, ids as tf.Tensor1D).toInt() as tf.Tensor2D;
    const weights = tf.fill<tf.Rank.R2>([numTokens, k], 1 / k);
    const probs = oneHot(indices, numExperts).mean<tf.Tensor2D>(1);
    return { form: 'sparse', numTokens, numExperts, k, probs, logits: probs, indices, weights };
  }
}
