import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { passOn, rings } from '../support/graphs';
import { setValue } from '../support/networks';
import { expectClose } from '../support/numeric';

const random = core.Random.fromSeed(1);
const [SIZE, ORDER] = [300, 40];
const ring = rings([SIZE]);
/** Eigenvectors of a ring, one a feature, of eigenvalues -cos(2 pi j / n) of L - I. */
const waves = Array.from({ length: SIZE / 2 }, (_, j) => j);
const angle = (j: number): number => (2 * Math.PI * j) / SIZE;
const eigenvectors = (): tf.Tensor2D =>
  tf.tensor2d(Array.from({ length: SIZE }, (_, i) => waves.map((j) => Math.cos(angle(j) * i))));

/** Coefficients of a step at 0: 1 below, 0 above. */
const step = Array.from({ length: ORDER + 1 }, (_, k) =>
  k === 0 ? 0.5 : (-2 / (Math.PI * k)) * Math.sin((Math.PI * k) / 2)
);

/** The layer's response at each eigenvalue. */
function response(damping: graph.ChebyshevDamping): number[] {
  const width = waves.length;
  const layer = new graph.ChebyshevFilter({ inputWidth: width, outputWidth: width, order: ORDER, damping, random });
  setValue(layer, 'map.weight', () => tf.eye(width));
  setValue(layer, 'coefficients', () => tf.tensor1d(step));
  // The first node of each wave holds 1.
  const values = tf.tidy(() => [...passOn(ring, layer, eigenvectors()).slice([0, 0], [1, -1]).dataSync()]);
  layer.dispose();
  return values;
}

describe('ChebGibbsNet', () => {
  test('[chebgibbsnet] the recurrence is what the eigendecomposition says: T_k(cos a) = cos k a', () => {
    tf.tidy(() => {
      const terms = graph.chebyshevTerms(eigenvectors(), ring, 12);
      terms.forEach((term, k) => {
        // -cos a = cos(pi - a).
        const wanted = waves.map((j) => Math.cos(k * (Math.PI - angle(j))));
        expectClose(term.slice([0, 0], [1, -1]), wanted, 1e-5);
      });
    });
  });

  test('[chebgibbsnet] a step overshoots by some 9 % as it is, and by less than 2 % damped', () => {
    const over = (damping: graph.ChebyshevDamping): number => {
      const all = response(damping);
      return Math.max(Math.max(...all) - 1, -Math.min(...all));
    };
    expect(over('none')).toBeGreaterThan(0.07);
    expect(over('none')).toBeLessThan(0.11);
    expect(over('jackson')).toBeLessThan(0.005);
    expect(over('lanczos')).toBeLessThan(0.02);
    // And it is a step: eigenvalues far from it are told apart.
    const damped = response('jackson');
    waves.forEach((j) => {
      const eigenvalue = -Math.cos(angle(j));
      if (Math.abs(eigenvalue) > 0.2) {
        expect(damped[j]).toBeCloseTo(Number(eigenvalue < 0), 1);
      }
    });
  });

  test('[chebgibbsnet] factors by hand: Jackson of three terms, Lanczos of two', () => {
    // ((4 - k) cos(k pi / 4) + sin(k pi / 4) cot(pi / 4)) / 4.
    const half = Math.SQRT1_2;
    [1, (3 * half + half) / 4, (0 + 1) / 4].forEach((value, k) => expect(graph.dampingFactors('jackson', 2)[k]).toBeCloseTo(value, 12)); // prettier-ignore
    [1, 2 / Math.PI].forEach((value, k) => expect(graph.dampingFactors('lanczos', 1)[k]).toBeCloseTo(value, 12));
    expect([...graph.dampingFactors('none', 2)]).toEqual([1, 1, 1]);
    expect(() => graph.dampingFactors('gauss' as never, 2)).toThrow('graph.dampingFactors: damping must be one of none, jackson, lanczos, got gauss'); // prettier-ignore
  });
});
