import { tf } from '../../base/backend';
import { Axis, Module, Parameter } from '../../base/core';
import type { Context, Random, Size } from '../../base/core';
import { initialize, uniformFanIn } from './initializers';

export interface LowRankOptions {
  /** Shape of the matrix that is changed, [..., in, out]; leading axes count copies (experts). */
  shape: readonly Size[];
  /** r. */
  rank: Size;
  /** The change is multiplied by alpha / r. */
  alpha: number;
  random: Random;
}

const NAMES = ['copies', 'inputs', 'outputs'];

/** A change of rank r, `alpha / r a b` (LoRA, arXiv 2106.09685): a [..., in, r] is random, b [..., r, out] is 0 at first. */
export class LowRank extends Module {
  readonly kind = 'low-rank';
  readonly a: Parameter;
  readonly b: Parameter;
  readonly scale: number;

  constructor({ shape, rank, alpha, random }: LowRankOptions) {
    super();
    const all = shape.map((size, i) => Axis.of(NAMES[i + NAMES.length - shape.length], size));
    const copies = all.slice(0, -2);
    const [inputs, outputs] = all.slice(-2);
    const r = Axis.of('rank', rank);
    this.scale = alpha / r.size;
    const a = Parameter.over([...copies, inputs, r], (sizes) => initialize(uniformFanIn(), sizes, random.child('a')));
    this.a = this.addParameter('a', a);
    this.b = this.addParameter('b', Parameter.over([...copies, r, outputs], tf.zeros));
  }

  /** Of one copy. */
  override ownFlops(): number {
    return [this.a, this.b].reduce((sum, { axes }) => sum + 2 * axes.at(-2)!.size * axes.at(-1)!.size, 0);
  }

  /** The change itself; [..., in, out]. */
  product(): tf.Tensor {
    return tf.tidy(() => tf.matMul(this.a.read(), this.b.read()).mul(this.scale));
  }

  /** Change that it adds for tokens [T, in]: [T, out]. */
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
