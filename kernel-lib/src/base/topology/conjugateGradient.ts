import { expectInteger, expectNumber, fail, given } from '../core';
import type { Graph } from '../graph';

/** Options of `graph.conjugateGradient`. */
export interface ConjugateGradientOptions {
  /** Preconditioner: none, the diagonal ("jacobi"), or a lower triangular factor L with `L L^T` near the matrix, as a graph. Default "none". */
  preconditioner?: 'none' | 'jacobi' | Graph;
  /** Norm of the residual, over that of b, at which it ends. Default 1e-8. */
  tolerance?: number;
  /** Steps at most. Default 10 N. */
  most?: number;
}

/** A solution and how it was reached. */
export interface ConjugateGradientResult {
  solution: Float64Array;
  steps: number;
  /** Norm of `b - A x` over that of b. */
  residual: number;
}

/**
 * Preconditioned conjugate gradients, of a symmetric positive definite matrix that is a graph (an edge's weight is `A[target, source]`), on the host in double precision: one product with the edges a step, and one forward and one back
 * substitution where the preconditioner is a factor.
 *
 * @throws {SwitchyardError} where b is of another length, a diagonal is not above 0, a factor has an entry above it, or the residual is not reached.
 */
export function conjugateGradient(
  matrix: Graph,
  b: ArrayLike<number>,
  options: ConjugateGradientOptions = {}
): ConjugateGradientResult {
  const where = 'graph.conjugateGradient';
  const { preconditioner = 'none', tolerance = 1e-8, most = 10 * matrix.numNodes } = given(where, options);
  expectNumber(where, 'tolerance', tolerance, 0);
  expectInteger(where, 'most', most, 1);
  if (b.length !== matrix.numNodes) {
    fail(where, `b must be of ${matrix.numNodes} numbers`, b.length);
  }
  const precondition = solverOf(where, matrix, preconditioner);
  const right = Float64Array.from(b);
  const size = Math.sqrt(dot(right, right));
  const solution = new Float64Array(b.length);
  const rest = right.slice();
  let direction = precondition(rest);
  let energy = dot(rest, direction);
  let steps = 0;
  while (Math.sqrt(dot(rest, rest)) > tolerance * size) {
    if (steps === most) {
      fail(where, `the residual must be reached within ${most} steps`, Math.sqrt(dot(rest, rest)) / size);
    }
    const image = product(matrix, direction);
    const length = energy / dot(direction, image);
    solution.forEach((value, i) => (solution[i] = value + length * direction[i]));
    rest.forEach((value, i) => (rest[i] = value - length * image[i]));
    const next = precondition(rest);
    const after = dot(rest, next);
    const before = direction;
    direction = next.map((value, i) => value + (after / energy) * before[i]);
    energy = after;
    steps++;
  }
  const off = product(matrix, solution).map((value, i) => right[i] - value);
  return { solution, steps, residual: size === 0 ? 0 : Math.sqrt(dot(off, off)) / size };
}

function solverOf(where: string, matrix: Graph, by: 'none' | 'jacobi' | Graph): (r: Float64Array) => Float64Array {
  if (by === 'none') {
    return (r) => r.slice();
  }
  const factor = by === 'jacobi' ? matrix : by;
  const diagonal = new Float64Array(matrix.numNodes);
  factor.sources.forEach((source, edge) => (diagonal[source] += source === factor.targets[edge] ? factor.weightOf(edge) : 0)); // prettier-ignore
  const wrong = diagonal.findIndex((value) => !(value > 0));
  if (wrong >= 0 || factor.numNodes !== matrix.numNodes) {
    fail(where, 'a diagonal must be above 0, of as many nodes', wrong >= 0 ? diagonal[wrong] : factor.numNodes);
  }
  if (by === 'jacobi') {
    return (r) => r.map((value, i) => value / diagonal[i]);
  }
  const above = factor.sources.findIndex((source, edge) => source > factor.targets[edge]);
  if (above >= 0) {
    fail(where, 'a factor must be lower triangular', [factor.targets[above], factor.sources[above]]);
  }
  return (r) => backward(factor, diagonal, forward(factor, diagonal, r));
}

/** `L y = r`: rows are the edges of a target. */
function forward(factor: Graph, diagonal: Float64Array, r: Float64Array): Float64Array {
  const y = r.slice();
  const { starts, neighbours, edges } = factor.incoming;
  for (let i = 0; i < y.length; i++) {
    for (let e = starts[i]; e < starts[i + 1]; e++) {
      y[i] -= neighbours[e] === i ? 0 : factor.weightOf(edges[e]) * y[neighbours[e]];
    }
    y[i] /= diagonal[i];
  }
  return y;
}

/** `L^T z = y`: rows are the edges of a source. */
function backward(factor: Graph, diagonal: Float64Array, y: Float64Array): Float64Array {
  const z = y.slice();
  const { starts, neighbours, edges } = factor.outgoing;
  for (let i = z.length - 1; i >= 0; i--) {
    for (let e = starts[i]; e < starts[i + 1]; e++) {
      z[i] -= neighbours[e] === i ? 0 : factor.weightOf(edges[e]) * z[neighbours[e]];
    }
    z[i] /= diagonal[i];
  }
  return z;
}

function product(matrix: Graph, x: Float64Array): Float64Array {
  const y = new Float64Array(x.length);
  matrix.sources.forEach((source, edge) => (y[matrix.targets[edge]] += matrix.weightOf(edge) * x[source]));
  return y;
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
