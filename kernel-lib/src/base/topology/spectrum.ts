import { expectInteger } from '../core';
import type { Graph } from '../graph';
import { type Eigen, symmetricEigen } from '../math/symmetricEigen';
import { conductances, type Neighbourhoods, undirectedNeighbourhoods } from './neighbourhoods';

/** Below this many nodes the whole spectrum is computed; above, Lanczos's steps. */
const DENSE = 250;
const LANCZOS_STEPS = 250;

/**
 * Spectral gap: the second smallest eigenvalue of the symmetric normalised Laplacian `1 - D^-1/2 W D^-1/2` (1/sqrt(0) is 0). 0 where the graph is not connected, and of fewer than two nodes. By Cheeger's inequality the
 * conductance of the narrowest cut is between half of it and the root of twice it. Beyond 250 nodes by 250 steps of Lanczos: a gap below about 1e-4 is then an upper estimate.
 *
 * @throws {SwitchyardError} where an edge has no way back or its weight is below 0.
 */
export function spectralGap(graph: Graph): number {
  const where = 'graph.probes.spectralGap';
  const near = undirectedNeighbourhoods(where, graph);
  return gapOf(near, conductances(where, graph, near));
}

export function gapOf(near: Neighbourhoods, weights: readonly Float64Array[]): number {
  if (near.length < 2) {
    return 0;
  }
  const lonely = weights.filter((row) => row.every((weight) => weight === 0)).length;
  if (lonely > 0) {
    return 0;
  }
  const roots = degreeRoots(weights);
  const second = near.length <= DENSE ? symmetricEigen(normalized(near, weights)).values.at(-2)! : lanczos(near, weights, roots); // prettier-ignore
  return Math.max(0, 1 - second);
}

/** Eigenvalues of a Laplacian, ascending, with unit eigenvectors as rows. */
export interface LaplacianSpectrum {
  values: Float64Array;
  /** [N][N]; of equal eigenvalues any basis, so compare the projectors on them and not single vectors. */
  vectors: Float64Array[];
}

/**
 * Eigenvalues and eigenvectors of the symmetric normalised Laplacian, dense. An isolated node has eigenvalue 0; so have as many vectors as there are components.
 *
 * @throws {SwitchyardError} where an edge has no way back, its weight is below 0, or beyond 2,048 nodes.
 */
export function laplacianSpectrum(graph: Graph): LaplacianSpectrum {
  const where = 'graph.probes.laplacianSpectrum';
  const near = undirectedNeighbourhoods(where, graph);
  expectInteger(where, 'nodes', near.length, 0, 2048);
  const weights = conductances(where, graph, near);
  const laplacian = normalized(near, weights).map((row, i) =>
    row.map((value, j) => Number(i === j && weights[i].some((weight) => weight > 0)) - value)
  );
  const { values, vectors }: Eigen = symmetricEigen(laplacian);
  return { values: values.map((value) => Math.max(0, value)), vectors };
}

/** Square roots of the degrees. */
function degreeRoots(weights: readonly Float64Array[]): Float64Array {
  return Float64Array.from(weights, (row) => Math.sqrt(row.reduce((a, b) => a + b, 0)));
}

/** `D^-1/2 W D^-1/2`, dense. */
function normalized(near: Neighbourhoods, weights: readonly Float64Array[]): Float64Array[] {
  const roots = degreeRoots(weights);
  return near.map((of, i) => {
    const row = new Float64Array(near.length);
    of.forEach((j, at) => (row[j] = roots[i] * roots[j] === 0 ? 0 : weights[i][at] / (roots[i] * roots[j])));
    return row;
  });
}

/** Largest eigenvalue of the normalised adjacency beside its first, whose vector is known: Lanczos with full orthogonalisation, from a fixed start. */
function lanczos(near: Neighbourhoods, weights: readonly Float64Array[], roots: Float64Array): number {
  const first = unit(roots);
  const basis = [
    first,
    unit(
      without(
        Float64Array.from(near, (_, i) => Math.sin(i + 1)),
        [first]
      )
    )
  ];
  const [diagonal, beside]: number[][] = [[], []];
  for (let step = 0; step < Math.min(LANCZOS_STEPS, near.length - 1); step++) {
    const v = basis[step + 1];
    const image = near.map((of, i) => of.reduce((sum, j, at) => sum + (weights[i][at] * v[j]) / (roots[i] * roots[j]), 0)); // prettier-ignore
    diagonal.push(dot(image, v));
    const rest = without(without(Float64Array.from(image), basis), basis);
    const length = Math.sqrt(dot(rest, rest));
    beside.push(length);
    if (length < 1e-12) {
      break;
    }
    basis.push(unit(rest));
  }
  const matrix = diagonal.map((value, i) =>
    diagonal.map((_, j) => (i === j ? value : Math.abs(i - j) === 1 ? beside[Math.min(i, j)] : 0))
  );
  return symmetricEigen(matrix).values.at(-1)!;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    sum += a[i] * b[i];
  }
  return sum;
}

function unit(v: Float64Array): Float64Array {
  const length = Math.sqrt(dot(v, v));
  return v.map((value) => value / length);
}

/** The rest of v, which changes, beside a basis. */
function without(v: Float64Array, basis: readonly Float64Array[]): Float64Array {
  for (const each of basis) {
    const share = dot(v, each);
    for (let i = 0; i < v.length; i++) {
      v[i] -= share * each[i];
    }
  }
  return v;
}
