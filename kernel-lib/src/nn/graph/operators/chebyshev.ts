import type { tf } from '../../../base/backend';
import { expectInteger, expectOneOf } from '../../../base/core';
import { balancedOf, type Graph, perGraph, withoutLoops } from '../../../base/graph';
import { neighbourSum } from '../../../base/ops/graph';

/** The graph without its loops, made once of each. */
const bare = perGraph(withoutLoops);

/**
 * Chebyshev polynomials T_0 .. T_order of the scaled Laplacian `L - I = -D^-1/2 A D^-1/2` (loops aside, whose greatest eigenvalue is taken to be 2), applied to x [N, F] by their recurrence: order + 1 tensors [N, F]. D is
 * the out-degree of sources and the in-degree of targets; on an undirected graph, where they are one, eigenvalues lie in -1..1.
 */
export function chebyshevTerms(x: tf.Tensor2D, graph: Graph, order: number): tf.Tensor2D[] {
  expectInteger('graph.chebyshevTerms', 'order', order, 0);
  const plain = bare(graph);
  const laplacian = (y: tf.Tensor2D): tf.Tensor2D => neighbourSum(y, plain, balancedOf(plain)).neg();
  return chebyshevRecurrence(x, laplacian, order);
}

/** Chebyshev polynomials T_0 .. T_order of an operator with eigenvalues in -1..1, applied to x. */
export function chebyshevRecurrence(
  x: tf.Tensor2D,
  operator: (y: tf.Tensor2D) => tf.Tensor2D,
  order: number
): tf.Tensor2D[] {
  const terms = [x.clone()];
  for (let k = 1; k <= order; k++) {
    terms.push(
      k === 1
        ? operator(x)
        : operator(terms[k - 1])
            .mul(2)
            .sub(terms[k - 2])
    );
  }
  return terms;
}

/** How a Chebyshev series is damped, so that what it approximates does not overshoot at a jump (the Gibbs phenomenon). */
export type ChebyshevDamping = 'none' | 'jackson' | 'lanczos';

export const DAMPINGS: readonly ChebyshevDamping[] = ['none', 'jackson', 'lanczos'];

/** Factors of the terms of a Chebyshev series, [order + 1]: those of Jackson's kernel, or Lanczos' sigma factors (Rev. Mod. Phys. 78, 275, 2006). */
export function dampingFactors(damping: ChebyshevDamping, order: number): Float64Array {
  expectOneOf('graph.dampingFactors', 'damping', damping, DAMPINGS);
  expectInteger('graph.dampingFactors', 'order', order, 0);
  const terms = order + 1;
  const angle = Math.PI / (terms + 1);
  return Float64Array.from({ length: terms }, (_, k) => {
    if (damping === 'jackson') {
      return ((terms - k + 1) * Math.cos(k * angle) + Math.sin(k * angle) / Math.tan(angle)) / (terms + 1);
    }
    const part = (Math.PI * k) / terms;
    return damping === 'none' || k === 0 ? 1 : Math.sin(part) / part;
  });
}
