import type { tf } from '../../base/backend';
import { type Context, expectInteger, fail, Module, Parameter, type Random } from '../../base/core';
import { embed } from '../../base/ops';
import { whereOf } from './expectWidth';
import { type Initializer, normal } from './initializers';

export interface EmbeddingOptions {
  /** Number of ids, V. */
  count: number;
  /** D. */
  width: number;
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
    expectInteger('Embedding', 'count', count, 1);
    expectInteger('Embedding', 'width', width, 1);
    this.weight = this.addParameter('weight', new Parameter(initializer([count, width], random.child('weight'))));
  }

  override apply(ids: tf.Tensor, ctx: Context): tf.Tensor {
    if (ids.dtype !== 'int32') {
      fail(whereOf(this, ctx), 'ids must be int32', ids.dtype);
    }
    return embed(this.weight.read() as tf.Tensor2D, ids);
  }
}
