import { tf } from '../../base/backend';
import {
  Axis,
  type Context,
  expectInteger,
  fail,
  Module,
  Parameter,
  type Random,
  type Size,
  sizeOf
} from '../../base/core';
import { lookUp, multiply } from '../../base/ops';
import { whereOf } from './expectWidth';
import { initialize, type Initializer, normal } from './initializers';

/** Options of `layers.Embedding`. */
export interface EmbeddingOptions {
  /** Number of ids, V. */
  count: Size;
  /** D. */
  width: Size;
  /** Default `normal(0.02)` (GPT-2). */
  initializer?: Initializer;
  /** Stream for the initial weight. */
  random: Random;
}

/** A learned vector for each id: int32 [...] to [..., D]. Ids must lie in 0..V-1; check them on the host. */
export class Embedding extends Module {
  readonly kind = 'embedding';
  /** [V, D]. */
  readonly weight: Parameter;

  constructor({ count, width, initializer = normal(), random }: EmbeddingOptions) {
    super();
    expectInteger('layers.Embedding', 'count', sizeOf(count), 1);
    expectInteger('layers.Embedding', 'width', sizeOf(width), 1);
    const axes = [Axis.of('ids', count), Axis.of('width', width)];
    const make = (shape: number[]): tf.Tensor => initialize(initializer, shape, random.child('weight'));
    this.weight = this.addParameter('weight', Parameter.over(axes, make));
  }

  /** Looks up. */
  override ownFlops(): number {
    return 0;
  }

  /** The table read the other way, as a tied head does: [..., D] to scores of ids [..., V]. */
  readOut(x: tf.Tensor): tf.Tensor {
    return tf.tidy(() => multiply(x, this.weight, true));
  }

  override apply(ids: tf.Tensor, ctx: Context): tf.Tensor {
    if (ids.dtype !== 'int32') {
      fail(whereOf(this, ctx), 'ids must be int32', ids.dtype);
    }
    return tf.tidy(() => lookUp(this.weight, ids));
  }
}
