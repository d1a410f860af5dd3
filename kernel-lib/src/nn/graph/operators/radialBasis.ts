import { tf } from '../../../base/backend';
import { expectInteger, expectNumber, given } from '../../../base/core';
import { withoutGradient } from '../../../base/ops';

/** Options of `graph.radialBasis`. */
export interface RadialBasisOptions {
  /** Length at which all of it, with two derivatives, has become 0. */
  cutoff: number;
  /** Functions, B. Default 8. */
  size?: number;
  /** p, the power of the envelope. Default 6. */
  power?: number;
}

/**
 * Bessel functions of lengths under a smooth envelope (DimeNet, arXiv 2003.03123), [M, 1] to [M, B]: `sqrt(2 / c) sin(n pi r / c) / r`, n = 1..B, times a polynomial that is 1 at 0 and 0, with two derivatives, at the cutoff c.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function radialBasis(lengths: tf.Tensor2D, options: RadialBasisOptions): tf.Tensor2D {
  const where = 'graph.radialBasis';
  const { cutoff, size = 8, power: p = 6 } = given(where, options);
  expectNumber(where, 'cutoff', cutoff, 1e-9);
  expectInteger(where, 'size', size, 1);
  expectInteger(where, 'power', p, 3);
  return tf.tidy(() => {
    const share = lengths.div<tf.Tensor2D>(cutoff);
    const inside = withoutGradient(() => share.less(1).toFloat());
    // Powers by products: what comparisons of signs are in others' gradients has none in turn.
    const top = Array.from({ length: p }, () => share).reduce((a, b) => a.mul(b));
    const bump = tf
      .sub(1, top.mul(((p + 1) * (p + 2)) / 2))
      .add(top.mul(share).mul(p * (p + 2)))
      .sub(top.mul(share.square()).mul((p * (p + 1)) / 2));
    const waves = share
      .mul(
        tf
          .range(1, size + 1)
          .mul(Math.PI)
          .reshape([1, size])
      )
      .sin();
    return waves
      .mul(Math.sqrt(2 / cutoff))
      .div(lengths.add(1e-9))
      .mul(bump.mul(inside)) as tf.Tensor2D;
  });
}
