import { expectInteger, expectOneOf, fail, given } from '../core';
import { type GridField, wallsBetween } from './generators/gridField';
import { type Graph, fromEdges } from './graph';

/** Options of `graph.propagationGraph`. */
export interface PropagationGraphOptions {
  /** Cells at which the strength is known. */
  measured: ArrayLike<number>;
  /** Edges: between neighbouring cells ("spatial"), rays from the transmitter and the measured cells to all ("rays"), or both. Default "both". */
  edges?: 'spatial' | 'rays' | 'both';
}

/**
 * Graph of a plane for learning how radio propagates (data-driven propagation by graph networks): cells are nodes, edges of type 0 lead from the eight around a cell, those of type 1 are rays, straight from the transmitter and each measured
 * cell to every cell. Features of an edge are its length over the side, the logarithm of its length in cells, and how many wall cells lie on it, over 4; those of a node its strength over 50 where measured, whether it is, whether it is of a wall, and of the transmitter.
 *
 * @throws {SwitchyardError} where a measured cell is not there.
 */
export function propagationGraph(field: GridField, options: PropagationGraphOptions): Graph {
  const where = 'graph.propagationGraph';
  const { measured, edges: kind = 'both' } = given(where, options);
  const { size, walls, transmitter, strength } = given(where, field, 'the field');
  expectOneOf(where, 'edges', kind, ['spatial', 'rays', 'both']);
  const known = new Set(Array.from(measured));
  known.forEach((cell) => expectInteger(where, 'measured', cell, 0, walls.length - 1));
  if (walls.length !== size * size) {
    fail(where, `walls must be of ${size * size} cells`, walls.length);
  }
  const edges: [number, number][] = [];
  const edgeTypes: number[] = [];
  const add = (from: number, to: number, type: number): void => {
    edges.push([from, to]);
    edgeTypes.push(type);
  };
  for (let cell = 0; cell < walls.length; cell++) {
    const [row, column] = [Math.floor(cell / size), cell % size];
    for (let at = 0; at < (kind === 'rays' ? 0 : 9); at++) {
      const [r, c] = [row + Math.floor(at / 3) - 1, column + (at % 3) - 1];
      if (at !== 4 && r >= 0 && r < size && c >= 0 && c < size) {
        add(r * size + c, cell, 0);
      }
    }
    if (kind !== 'spatial') {
      [...new Set([transmitter, ...known])].filter((from) => from !== cell).forEach((from) => add(from, cell, 1));
    }
  }
  const length = ([a, b]: [number, number]): number => Math.hypot(Math.floor(a / size) - Math.floor(b / size), (a % size) - (b % size)); // prettier-ignore
  return fromEdges({
    ...{ numNodes: walls.length, edges, edgeTypes },
    edgeFeatures: edges.map((edge) => [length(edge) / size, Math.log10(length(edge)), wallsBetween(field, edge[0], edge[1]) / 4]), // prettier-ignore
    nodeFeatures: Array.from(walls, (wall, cell) => [known.has(cell) ? strength[cell] / 50 : 0, Number(known.has(cell)), wall, Number(cell === transmitter)]) // prettier-ignore
  });
}
