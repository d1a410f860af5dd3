import { tf } from '../../../base/backend';
import { expectInteger, expectNumber, expectShape, given } from '../../../base/core';

/** Complex matrices of a batch, their parts. */
export interface ComplexMatrices {
  real: tf.Tensor3D;
  imaginary: tf.Tensor3D;
}

/** Options of `graph.precode`. */
export interface PrecodeOptions {
  /** Shares of the power, [B, users], that sum to 1. */
  powers: tf.Tensor;
  /** Weights of the users' interference, [B, users], above 0; 1 for all is regularised zero forcing. */
  weights: tf.Tensor2D;
  /** Power of the noise over that of the transmitter, above 0. */
  noise: number;
  /** Steps of conjugate gradients. Default: as many as users and one, with which it is exact. */
  steps?: number;
}

/**
 * Precoders of regularised zero forcing with weights, `(sum over j of w_j h_j h_j^H + noise users I)^-1 h_i`, each scaled to its power, by conjugate gradients in place of an inverse: channels [B, users, antennas] to columns [B, antennas, users].
 * Gradients reach channels, powers and weights.
 *
 * @throws {SwitchyardError} where shapes do not agree, or an option is out of range.
 */
export function precode(channels: ComplexMatrices, options: PrecodeOptions): ComplexMatrices {
  const where = 'graph.precode';
  const { powers, weights, noise, steps } = given(where, options);
  const [count, users, antennas] = channels.real.shape;
  expectShape(where, channels.imaginary, [count, users, antennas]);
  expectShape(where, powers, [count, users]);
  expectShape(where, weights, [count, users]);
  expectNumber(where, 'noise', noise, Number.MIN_VALUE);
  expectInteger(where, 'steps', steps ?? 1, 1);
  return tf.tidy(() => {
    // As real matrices of twice the size, [[re, -im], [im, re]], columns of channels, [B, 2 A, 2 U].
    const h = doubled(transposed(channels));
    const each = tf.concat([weights, weights], 1).expandDims(1);
    const apply = (v: tf.Tensor): tf.Tensor => tf.matMul(h.mul(each), tf.matMul(h, v as tf.Tensor3D, true)).add(v.mul(noise * users)); // prettier-ignore
    const columns = h.slice([0, 0, 0], [-1, -1, users]);
    const solved = conjugate(apply, columns, steps ?? users + 1);
    const length = solved.square().sum(1, true).add(1e-12).sqrt();
    const scaled = solved.div(length).mul(powers.expandDims(1).sqrt());
    const [real, imaginary] = tf.split(scaled, 2, 1) as tf.Tensor3D[];
    return { real, imaginary };
  });
}

/** Conjugate gradients of each column, [B, R, C]. */
function conjugate(apply: (v: tf.Tensor) => tf.Tensor, b: tf.Tensor, steps: number): tf.Tensor {
  let [x, r, p] = [tf.zerosLike(b), b, b];
  let rr = r.square().sum(1, true);
  // Of the right side: a column that is solved to this stays, and its gradient is finite.
  const least = rr.mul(1e-9).add(1e-30);
  for (let step = 0; step < steps; step++) {
    const ap = apply(p);
    const alpha = rr.div(p.mul(ap).sum(1, true).add(least));
    x = x.add(p.mul(alpha));
    r = r.sub(ap.mul(alpha));
    const next = r.square().sum(1, true);
    p = r.add(p.mul(next.div(rr.add(least))));
    rr = next;
  }
  return x;
}

/** Sum over users of `log2(1 + signal / (interference + noise))`, [B]: channels [B, users, antennas], precoders [B, antennas, users]. A user hears h^H v. */
export function sumRate(channels: ComplexMatrices, precoders: ComplexMatrices, noise: number): tf.Tensor1D {
  const [count, users, antennas] = channels.real.shape;
  expectShape('graph.sumRate', precoders.real, [count, antennas, users]);
  return tf.tidy(() => {
    const { real: a, imaginary: b } = channels;
    const { real: c, imaginary: d } = precoders;
    // (a - i b)(c + i d).
    const re = tf.matMul(a, c).add(tf.matMul(b, d));
    const im = tf.matMul(a, d).sub(tf.matMul(b, c));
    const heard = re.square().add(im.square());
    const signal = heard.mul(tf.eye(users)).sum(2);
    const rest = heard.sum(2).sub(signal).add(noise);
    return signal.div(rest).log1p().sum(1).div(Math.LN2) as tf.Tensor1D;
  });
}

/** Options of `graph.wmmse`. */
export interface WmmseOptions {
  noise: number;
  /** Default 50. */
  rounds?: number;
}

/**
 * Precoders by the weighted minimum mean square error algorithm (Shi et al., 2011), the usual yardstick of sum rates: receivers, weights and precoders in turn, from regularised zero forcing; the power of all is 1 by scaling with the noise.
 */
export function wmmse(channels: ComplexMatrices, options: WmmseOptions): ComplexMatrices {
  const where = 'graph.wmmse';
  const { noise, rounds = 50 } = given(where, options);
  expectInteger(where, 'rounds', rounds, 0);
  const [count, users] = channels.real.shape;
  return tf.tidy(() => {
    const even = tf.fill<tf.Rank.R2>([count, users], 1 / users);
    let { real: c, imaginary: d } = precode(channels, { powers: even, weights: tf.ones([count, users]), noise });
    const { real: a, imaginary: b } = channels;
    for (let round = 0; round < rounds; round++) {
      const re = tf.matMul(a, c).add(tf.matMul(b, d));
      const im = tf.matMul(a, d).sub(tf.matMul(b, c));
      const power = re.square().add(im.square());
      // Noise times the power spent, so that the solution of any size stands for that of power 1.
      const spent = c.square().add(d.square()).sum([1, 2], true);
      const total = power.sum(2).add(spent.squeeze([2]).mul(noise));
      // What users hear of their own is real and above 0, as of all solutions of a positive matrix.
      const own = re.mul(tf.eye(users)).sum(2);
      const u = own.div(total);
      const weight = tf.sub(1, own.square().div(total)).maximum(1e-6).reciprocal();
      const size = weight.mul(u.square());
      const regular = size.sum(1, true).mul(noise);
      // (sum of w |u|^2 h h^H + noise sum of w |u|^2)^-1 w u h, for each user.
      const h = doubled(transposed(channels));
      const each = tf.concat([size, size], 1).expandDims(1);
      const apply = (x: tf.Tensor): tf.Tensor => tf.matMul(h.mul(each), tf.matMul(h, x as tf.Tensor3D, true)).add(x.mul(regular.expandDims(2))); // prettier-ignore
      const scaled = weight.mul(u).expandDims(1);
      const right = tf.concat(
        [a, b].map((part) => part.transpose([0, 2, 1]).mul(scaled)),
        1
      );
      const solved = conjugate(apply, right, users + 1);
      [c, d] = tf.split(solved, 2, 1) as tf.Tensor3D[];
    }
    const scale = c.square().add(d.square()).sum([1, 2], true).sqrt();
    return { real: c.div(scale) as tf.Tensor3D, imaginary: d.div(scale) as tf.Tensor3D };
  });
}

function transposed({ real, imaginary }: ComplexMatrices): ComplexMatrices {
  return { real: real.transpose([0, 2, 1]) as tf.Tensor3D, imaginary: imaginary.transpose([0, 2, 1]) as tf.Tensor3D };
}

function doubled({ real, imaginary }: ComplexMatrices): tf.Tensor3D {
  return tf.concat([tf.concat([real, imaginary], 1), tf.concat([imaginary.neg(), real], 1)], 2) as tf.Tensor3D;
}
