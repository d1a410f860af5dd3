import { graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients } from '../../../support/gradients';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const at = (x: number, y: number, z: number, lMax: number): number[] =>
  tf.tidy(() => [...graph.sphericalHarmonics(tf.tensor2d([[x, y, z]]), lMax).dataSync()]);

describe('spherical harmonics', () => {
  test('by hand: degrees 0 to 2, and one of degree 3; lengths do not count', () => {
    const [x, y, z] = [2 / 7, 3 / 7, 6 / 7];
    const wanted = [1, ...[y, z, x].map((value) => Math.sqrt(3) * value)];
    const two = [x * y, y * z, (3 * z * z - 1) / (2 * Math.sqrt(3)), x * z, (x * x - y * y) / 2];
    expectClose(at(4, 6, 12, 2), [...wanted, ...two.map((value) => Math.sqrt(15) * value)], 1e-6);
    expect(at(x, y, z, 3)[12]).toBeCloseTo((Math.sqrt(7) * (5 * z ** 3 - 3 * z)) / 2, 5);
    const squares = at(x, y, z, 4).map((value) => value * value);
    [0, 1, 2, 3, 4].forEach((l) => expect(squares.slice(l * l, (l + 1) ** 2).reduce((a, b) => a + b)).toBeCloseTo(2 * l + 1, 4)); // prettier-ignore
  });

  test('a vector of length 0 has degree 0 alone, and finite gradients', () => {
    expectClose(at(0, 0, 0, 2), [1, 0, 0, 0, 0, 0, 0, 0, 0], 0);
    tf.tidy(() => {
      const slope = tf.grad((v) => graph.sphericalHarmonics(v as tf.Tensor2D, 3).sum())(tf.zeros([1, 3]));
      expect([...slope.dataSync()].every(Number.isFinite)).toBe(true);
    });
    const v = tf.tensor2d([[0.5, -0.7, 0.4], [-1.1, 0.3, 0.9]]); // prettier-ignore
    expectGradients((rows) => graph.sphericalHarmonics(rows as tf.Tensor2D, 3), [v], 1e-2);
    expectNoLeak(() => graph.sphericalHarmonics(v, 3).dispose());
    expect(() => graph.sphericalHarmonics(v, 7)).toThrow('graph.sphericalHarmonics: lMax must be an integer 0..6, got 7'); // prettier-ignore
    expect(() => graph.sphericalHarmonics(tf.ones([2, 2]), 1)).toThrow('graph.sphericalHarmonics: expects shape [M, 3], got [2, 2]'); // prettier-ignore
    v.dispose();
  });

  test('couplings: scalars, the dot and the cross product by hand; couplings are orthonormal; couplings of harmonics are harmonics', () => {
    expect(graph.clebschGordan(0, 0, 0)).toEqual([[[1]]]);
    // Components of degree 1 are y, z, x.
    const dot = graph.clebschGordan(1, 1, 0);
    dot.forEach((row, a) => row.forEach(([value], b) => expect(Math.abs(value)).toBeCloseTo(a === b ? 1 / Math.sqrt(3) : 0, 9))); // prettier-ignore
    expect(new Set(dot.map((row, a) => Math.sign(row[a][0]))).size).toBe(1);
    const cross = graph.clebschGordan(1, 1, 1);
    cross.forEach((row, a) => row.forEach((values, b) => values.forEach((value, c) => {
      const sign = [[0, 1, 2], [1, 2, 0], [2, 0, 1]].some((cycle) => cycle.join() === [a, b, c].join()) ? 1 : [[1, 0, 2], [0, 2, 1], [2, 1, 0]].some((cycle) => cycle.join() === [a, b, c].join()) ? -1 : 0;
      expect(value * Math.sign(cross[0][1][2])).toBeCloseTo(sign / Math.SQRT2, 9);
    }))); // prettier-ignore
    for (const [l1, l2, l3] of [
      [1, 2, 3],
      [2, 2, 2],
      [2, 3, 3],
      [3, 3, 4]
    ]) {
      // prettier-ignore
      const c = graph.clebschGordan(l1, l2, l3);
      for (let a = 0; a <= 2 * l3; a++) {
        for (let b = 0; b <= a; b++) {
          const along = c.reduce((sum, row) => sum + row.reduce((all, values) => all + values[a] * values[b], 0), 0);
          expect(along).toBeCloseTo(a === b ? 1 : 0, 9);
        }
      }
    }
    // Of one direction, Y2 Y2 coupled to 4 is a multiple of Y4; an odd sum gives 0.
    const y = at(0.3, -0.5, 0.8, 4);
    const coupled = (l3: number): number[] => {
      const c = graph.clebschGordan(2, 2, l3);
      return Array.from({ length: 2 * l3 + 1 }, (_, m) => c.reduce((sum, row, a) => sum + row.reduce((all, values, b) => all + values[m] * y[4 + a] * y[4 + b], 0), 0)); // prettier-ignore
    };
    const four = coupled(4);
    const ratio = four[4] / y[20];
    expectClose(four, y.slice(16, 25).map((value) => ratio * value), 1e-5); // prettier-ignore
    expectClose(coupled(3), new Array<number>(7).fill(0), 1e-6);
    expect(() => graph.clebschGordan(1, 1, 3)).toThrow('graph.clebschGordan: l3 must be 0..2, got 3');
  });

  test('symmetric products: as many as invariant theory counts, and by hand the square of a vector', () => {
    const count = (lMax: number, order: number, degree: number): number => graph.symmetricProducts(lMax, order, degree).sets.length; // prettier-ignore
    expect([1, 2, 3].map((order) => count(2, order, 0))).toEqual([1, 3, 5]);
    expect([count(1, 2, 0), count(1, 3, 0), count(1, 2, 1), count(1, 3, 1)]).toEqual([2, 2, 1, 2]);
    const { monomials, sets } = graph.symmetricProducts(1, 2, 0);
    const places = ['1,1', '2,2', '3,3'].map((name) => monomials.findIndex((monomial) => monomial.join() === name));
    const square = sets.find(([row]) => Math.abs(row[places[0]]) > 1e-6)!;
    expectClose(places.map((place) => Math.abs(square[0][place])), [1, 1, 1].map((value) => value / Math.sqrt(3)), 1e-6); // prettier-ignore
    expect(() => graph.symmetricProducts(2, 5, 0)).toThrow('graph.symmetricProducts: order must be an integer 1..4, got 5'); // prettier-ignore
  });

  test('functions of lengths: by hand, 0 with two derivatives at the cutoff', () => {
    tf.tidy(() => {
      const r = 0.7;
      const u = r / 2;
      const bump = 1 - 28 * u ** 6 + 48 * u ** 7 - 21 * u ** 8;
      const wanted = [1, 2, 3].map((n) => (Math.sin((n * Math.PI * r) / 2) / r) * bump);
      expectClose(graph.radialBasis(tf.tensor2d([[r]]), { cutoff: 2, size: 3 }), wanted, 1e-5);
      expectClose(graph.radialBasis(tf.tensor2d([[2], [3]]), { cutoff: 2, size: 2 }), [0, 0, 0, 0], 1e-6);
      const near = graph.radialBasis(tf.tensor2d([[1.98]]), { cutoff: 2, size: 1 }).dataSync()[0];
      expect(Math.abs(near)).toBeLessThan(1e-5);
    });
    expect(() => graph.radialBasis(tf.ones([1, 1]), { cutoff: 0 })).toThrow('graph.radialBasis: cutoff must be a number of at least 1e-9, got 0'); // prettier-ignore
  });
});
