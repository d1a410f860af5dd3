import { tf } from '../../base/backend';
import { type Context, Module, type Random, type Size } from '../../base/core';
import { Linear } from '../layers';
import { MessagePassing } from './messagePassing';
import type { Aggregation } from './aggregate';

/** Feature filtering (arXiv 2103.14282): `x sigmoid(x W + b)`, of each node alone; [N, F] to [N, F]. */
export class FeatureFilter extends Module {
  readonly kind = 'feature-filter';
  private readonly gate: Linear;

  constructor({ width, random }: { width: Size; random: Random }) {
    super();
    this.gate = this.addChild('gate', new Linear({ inputWidth: width, outputWidth: width, random: random.child('gate') })); // prettier-ignore
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => x.mul(tf.sigmoid(this.gate.apply(x, ctx.within('gate')))));
  }
}

/** Neighbour aggregation (arXiv 2103.14282): the sum, mean or maximum of what the nodes hold that lead to one; [N, F] to [N, F]. */
export class NeighbourAggregation extends MessagePassing {
  readonly kind = 'neighbour-aggregation';

  constructor({ aggregation }: { aggregation: Aggregation }) {
    super(aggregation);
  }
}
