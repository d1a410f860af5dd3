/** Numbers of a Clebsch-Gordan coupling by the component of both sides and of the result, [2 l1 + 1][2 l2 + 1][2 l3 + 1]. */
export type Coupling = readonly (readonly Float64Array[])[];

const known = new Map<string, Coupling>();

/**
 * Clebsch-Gordan coefficients in the basis of real spherical harmonics (m from -l to l, sines below 0): `sum over m1, m2 of c[m1][m2][m3] a_m1 b_m2` turns as degree l3 does where a and b turn as l1 and l2. For each m3 their squares sum
 * to 1. By Racah's formula for complex ones. Of an odd `l1 + l2 + l3` they are those times i, such as the cross product of 1, 1, 1. All 0 where the three are no triangle.
 */
export function realCoupling(l1: number, l2: number, l3: number): Coupling {
  const key = `${l1},${l2},${l3}`;
  const found = known.get(key) ?? couple(l1, l2, l3);
  known.set(key, found);
  return found;
}

function couple(l1: number, l2: number, l3: number): Coupling {
  const [first, second, third] = [l1, l2, l3].map(toReal);
  // An odd sum has imaginary coefficients alone, an even one real ones.
  const odd = (l1 + l2 + l3) % 2 === 1;
  const out = first.map(() => second.map(() => new Float64Array(third.length)));
  first.forEach((row, m1) =>
    row.forEach(({ m: u, re: a, im: b }) =>
      second.forEach((other, m2) =>
        other.forEach(({ m: v, re: c, im: d }) => {
          const value = Math.abs(u + v) > l3 ? 0 : complexCoefficient(l1, u, l2, v, l3);
          // Both sides conjugated, the result as it is.
          const [re, im] = [a * c - b * d, -(a * d + b * c)];
          third.forEach((result, m3) =>
            result.forEach((to) => {
              if (to.m === u + v) {
                out[m1][m2][m3] += value * (odd ? re * to.im + im * to.re : re * to.re - im * to.im);
              }
            })
          );
        })
      )
    )
  );
  return out;
}

interface Term {
  m: number;
  re: number;
  im: number;
}

/** Real harmonics of a degree as sums of complex ones, by m. */
function toReal(l: number): Term[][] {
  const half = Math.SQRT1_2;
  return Array.from({ length: 2 * l + 1 }, (_, at) => {
    const m = at - l;
    const sign = m % 2 === 0 ? 1 : -1;
    if (m === 0) {
      return [{ m: 0, re: 1, im: 0 }];
    }
    return m > 0
      ? [{ m: -m, re: half, im: 0 }, { m, re: sign * half, im: 0 }] // prettier-ignore
      : [{ m, re: 0, im: half }, { m: -m, re: 0, im: -sign * half }]; // prettier-ignore
  });
}

function factorial(n: number): number {
  let product = 1;
  for (let i = 2; i <= n; i++) {
    product *= i;
  }
  return product;
}

function complexCoefficient(l1: number, m1: number, l2: number, m2: number, l3: number): number {
  if (l3 > l1 + l2 || l3 < Math.abs(l1 - l2)) {
    return 0;
  }
  const m3 = m1 + m2;
  const triangle = ((2 * l3 + 1) * factorial(l3 + l1 - l2) * factorial(l3 - l1 + l2) * factorial(l1 + l2 - l3)) / factorial(l1 + l2 + l3 + 1); // prettier-ignore
  const ends = [l3 + m3, l3 - m3, l1 - m1, l1 + m1, l2 - m2, l2 + m2].reduce((all, n) => all * factorial(n), 1);
  let sum = 0;
  for (let k = 0; k <= l1 + l2 - l3; k++) {
    const parts = [k, l1 + l2 - l3 - k, l1 - m1 - k, l2 + m2 - k, l3 - l2 + m1 + k, l3 - l1 - m2 + k];
    if (parts.every((n) => n >= 0)) {
      sum += (k % 2 === 0 ? 1 : -1) / parts.reduce((all, n) => all * factorial(n), 1);
    }
  }
  return Math.sqrt(triangle * ends) * sum;
}
