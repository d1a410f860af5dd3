import { tf } from '../../../base/backend';
import { expectInteger, expectShape, fail } from '../../../base/core';
import { withoutGradient } from '../../../base/ops';
import { type Coupling, realCoupling } from '../../../base/math/clebschGordan';

/** Most degrees: beyond them factorials are no longer exact. */
const MOST = 6;

/**
 * Real spherical harmonics of the directions of vectors, [M, 3] to [M, (lMax + 1)^2]: degrees one after the other, m from -l to l in each, sines below 0; the squares of a degree sum to 2 l + 1. A vector of length 0 has 1 of degree 0 and 0
 * of the others, and a finite gradient. Differentiable as often as asked.
 *
 * @throws {SwitchyardError} where degrees are not 0..6.
 */
export function sphericalHarmonics(vectors: tf.Tensor2D, lMax: number): tf.Tensor2D {
  const where = 'graph.sphericalHarmonics';
  expectShape(where, vectors, ['M', 3]);
  expectInteger(where, 'lMax', lMax, 0, MOST);
  return tf.tidy(() => {
    const lengths = vectors.square().sum(1, true).add(1e-20).sqrt();
    const [x, y, z] = tf.split(vectors.div(lengths), 3, 1);
    // Real and imaginary part of (x + i y)^m.
    const waves: [tf.Tensor, tf.Tensor][] = [[tf.onesLike(x), tf.zerosLike(x)]];
    for (let m = 1; m <= lMax; m++) {
      const [cos, sin] = waves[m - 1];
      waves.push([x.mul(cos).sub(y.mul(sin)), x.mul(sin).add(y.mul(cos))]);
    }
    const present = withoutGradient(() => lengths.greater(1e-9).toFloat());
    const columns = Array.from({ length: lMax + 1 }, (_, l) => l).flatMap((l) =>
      Array.from({ length: 2 * l + 1 }, (_, at) => {
        const m = Math.abs(at - l);
        const column = legendre(l, m, z)
          .mul(waves[m][at < l ? 1 : 0])
          .mul(scaleOf(l, m));
        return l === 0 ? column : column.mul(present);
      })
    );
    return tf.concat(columns, 1) as tf.Tensor2D;
  });
}

/** Associated Legendre polynomials over sin^m, without the sign of Condon and Shortley, by their recursion. */
function legendre(l: number, m: number, z: tf.Tensor): tf.Tensor {
  let before = tf.zerosLike(z);
  let now = tf.onesLike(z).mul(Array.from({ length: m }, (_, i) => 2 * i + 1).reduce((a, b) => a * b, 1));
  for (let degree = m + 1; degree <= l; degree++) {
    const next = z.mul(now).mul(2 * degree - 1).sub(before.mul(degree + m - 1)).div(degree - m); // prettier-ignore
    [before, now] = [now, next];
  }
  return now;
}

function scaleOf(l: number, m: number): number {
  let ratio = 1;
  for (let k = l - m + 1; k <= l + m; k++) {
    ratio /= k;
  }
  return Math.sqrt((2 * l + 1) * ratio * (m === 0 ? 1 : 2));
}

/**
 * Clebsch-Gordan coefficients of real spherical harmonics, [2 l1 + 1][2 l2 + 1][2 l3 + 1]: how what turns as degrees l1 and l2 is coupled to degree l3, `sum over m1, m2 of c[m1][m2][m3] a_m1 b_m2`, with squares that sum to 1 for each m3.
 *
 * @throws {SwitchyardError} where degrees are not 0..6, or l3 is not |l1 - l2|..l1 + l2.
 */
export function clebschGordan(l1: number, l2: number, l3: number): number[][][] {
  const where = 'graph.clebschGordan';
  Object.entries({ l1, l2, l3 }).forEach(([name, l]) => expectInteger(where, name, l, 0, MOST));
  if (l3 < Math.abs(l1 - l2) || l3 > l1 + l2) {
    fail(where, `l3 must be ${Math.abs(l1 - l2)}..${l1 + l2}`, l3);
  }
  const coupling: Coupling = realCoupling(l1, l2, l3);
  return coupling.map((rows) => rows.map((row) => [...row]));
}
