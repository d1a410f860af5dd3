import { expectInteger, expectNumber, given, Random } from '../../core';
import { fromEdges, type Graph } from '../graph';
import { normals } from './random';
import { grid } from './shapes';

/** Options of `graph.generators.poisson`. */
export interface PoissonOptions {
  rows: number;
  columns: number;
  /** Deviation of the logarithm of a coefficient. Default 1. */
  contrast?: number;
  /** Default 0. */
  seed?: number;
}

/** Matrix of a 2-D Poisson problem with drawn coefficients, as a graph: `-div (c grad u)` on a grid with u 0 around it, by finite volumes. An edge's weight is the entry, `A[target, source]`, loops the diagonal; symmetric and positive definite. */
export function poisson(options: PoissonOptions): Graph {
  const where = 'graph.generators.poisson';
  const { rows, columns, contrast = 1, seed = 0 } = given(where, options);
  expectInteger(where, 'rows', rows, 1);
  expectInteger(where, 'columns', columns, 1);
  expectNumber(where, 'contrast', contrast, 0);
  const normal = normals(Random.fromSeed(seed).child(where).generator());
  const drawn = (): number => Math.exp(contrast * normal());
  const inside = grid({ rows, columns });
  const edges = Array.from(inside.sources, (source, e) => [source, inside.targets[e]] as const).filter(([a, b]) => a < b); // prettier-ignore
  const coefficients = edges.map(drawn);
  const diagonal = new Float64Array(rows * columns);
  edges.forEach((pair, e) => pair.forEach((node) => (diagonal[node] += coefficients[e])));
  // What lies around the grid is 0, and joined to its border.
  diagonal.forEach((_, node) => {
    const [row, column] = [Math.floor(node / columns), node % columns];
    const sides = Number(row === 0) + Number(row === rows - 1) + Number(column === 0) + Number(column === columns - 1);
    for (let side = 0; side < sides; side++) {
      diagonal[node] += drawn();
    }
  });
  const loops = Array.from(diagonal, (_, node) => [node, node] as const);
  return fromEdges({ numNodes: rows * columns, edges: [...edges, ...loops], weights: [...coefficients.map((c) => -c), ...diagonal], undirected: true }); // prettier-ignore
}
