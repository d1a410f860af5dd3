import { tf } from '../../base/backend';
import { Module, Parameter } from '../../base/core';
import type { Context, Random } from '../../base/core';
import { uniformFanIn } from '.';

export interface LowRankOptions {
  /** Shape of the matrix that is changed, [..., in, out]; leading axes count copies (experts). */
  shape: readonly number[];
  /** r. */
  rank: number;
  /** The change is multiplied by alpha / r. */
  alpha: number;
  random: Random;
}

/** A change of rank r, `alpha / r a b` (LoRA, arXiv 2106.09685): a [..., in, r] is random, b [..., r, out] is 0 at first. */
export class LowRank extends Module {
  readonly kind = 'low-rank';
  readonly a: Parameter;
  readonly b: Parameter;
  readonly scale: number;

  constructor({ shape, rank, alpha, random }: LowRankOptions) {
    super();
    const copies = shape.slice(0, -2);
    const [inputs, outputs] = shape.slice(-2);
    this.scale = alpha / rank;
    this.a = this.addParameter('a', new Parameter(uniformFanIn()([...copies, inputs, rank], random.child('a'))));
    this.b = this.addParameter('b', new Parameter(tf.zeros([...copies, rank, outputs])));
  }

  /** The change itself; [..., in, out]. */
  product(): tf.Tensor {
    return tf.tidy(() => tf.matMul(this.a.read(), this.b.read()).mul(this.scale));
  }

  /** What it adds for tokens [T, in]: [T, out]. */
  override apply(x: tf.Tensor, _ctx: Context): tf.Tensor {
    return tf.tidy(() => this.up(this.down(x as tf.Tensor2D)));
  }

  /** The first factor on tokens: [T, in] to [T, r]. */
  down(x: tf.Tensor2D): tf.Tensor2D {
    return x.matMul(this.a.read() as tf.Tensor2D) as tf.Tensor2D;
  }

  /** The second factor: [T, r] to [T, out]. */
  up(inner: tf.Tensor2D): tf.Tensor2D {
    return tf.tidy(() => inner.matMul(this.b.read() as tf.Tensor2D).mul<tf.Tensor2D>(this.scale));
  }
}
