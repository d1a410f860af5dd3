import { tf } from '../../../base/backend';
import { Axis, Buffer, Module, stateKey } from '../../../base/core';
import type { Context, Size } from '../../../base/core';
import type { Router, SparseRouting } from '../router';
import { oneHot } from './oneHot';
import { sideInput } from './sideInput';

/** Looks a token's experts up by its id; nothing is learnt. What `routers.hash` and `routers.fixed` build. */
export class TableRouter extends Module implements Router {
  readonly k: number;
  readonly meanK: number;
  private readonly table: Buffer;
  private readonly experts: Axis;

  /**
   * @param table - Experts of each id, [V, K], taken over.
   * @param by - State of the pass that holds the ids, int32 [T]; they are taken modulo V.
   */
  constructor(
    readonly kind: 'hash' | 'fixed',
    table: tf.Tensor2D,
    numExperts: Size,
    private readonly by: string
  ) {
    super();
    this.experts = Axis.of('experts', numExperts).pin('a table names experts by number');
    this.k = table.shape[1];
    this.meanK = this.k;
    this.table = this.addBuffer(
      'table',
      new Buffer(table, [Axis.of('ids', table.shape[0]).pin('ids name its positions'), Axis.fixed('choices', this.k)])
    );
  }

  get numExperts(): number {
    return this.experts.size;
  }

  /** The probabilities of {@link route}. */
  apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return this.route(x as tf.Tensor2D, ctx).probs;
  }

  route(x: tf.Tensor2D, ctx: Context): SparseRouting {
    const { numExperts, k } = this;
    const table = this.table.read();
    const [numTokens] = x.shape;
    const where = `routers.${this.kind}`;
    const ids = sideInput(where, stateKey(this.by), numTokens, ctx).toInt().mod(tf.scalar(table.shape[0], 'int32'));
    const indices = tf.gather(table, ids as tf.Tensor1D).toInt() as tf.Tensor2D;
    const weights = tf.fill<tf.Rank.R2>([numTokens, k], 1 / k);
    const probs = oneHot(indices, numExperts).mean<tf.Tensor2D>(1);
    return { form: 'sparse', numTokens, numExperts, k, probs, logits: probs, indices, weights };
  }
}
