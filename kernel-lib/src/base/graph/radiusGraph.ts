import { expectNumber, fail, given } from '../core';
import { type Graph, fromEdges } from './graph';

/** Options of `graph.radiusGraph`. */
export interface RadiusGraphOptions {
  /** Length up to which points are joined, above 0. */
  radius: number;
  /** Graph of each point, ascending; points of two graphs are not joined. Default: one graph. */
  graphOf?: readonly number[];
  /** Types of points. Default: none. */
  nodeTypes?: readonly number[];
}

/**
 * Graph of points [N][D] that joins, both ways, each two no further apart than a radius: by cells of that size, so that its time grows with points and edges. Coincident points are joined, none is to itself.
 *
 * @throws {SwitchyardError} where there is no point, rows are of several widths, or a coordinate is not finite.
 */
export function radiusGraph(points: readonly (readonly number[])[], options: RadiusGraphOptions): Graph {
  const where = 'graph.radiusGraph';
  const { radius, graphOf, nodeTypes } = given(where, options);
  expectNumber(where, 'radius', radius, Number.MIN_VALUE);
  const width = points[0]?.length ?? 0;
  const wrong = points.findIndex((point) => point.length !== width || !point.every(Number.isFinite));
  if (width === 0 || wrong >= 0) {
    fail(where, 'points must be rows of finite coordinates, as many in each', points[Math.max(0, wrong)] ?? 'none');
  }
  const cells = new Map<string, number[]>();
  const cellOf = (point: readonly number[]): number[] => point.map((value) => Math.floor(value / radius));
  points.forEach((point, i) => {
    const key = cellOf(point).join();
    cells.set(key, [...(cells.get(key) ?? []), i]);
  });
  const around = stepsIn(width);
  const edges: [number, number][] = [];
  points.forEach((point, i) => {
    const cell = cellOf(point);
    const near = around.flatMap((step) => cells.get(cell.map((value, d) => value + step[d]).join()) ?? []);
    near.sort((a, b) => a - b);
    near.forEach((j) => {
      if (
        j !== i &&
        graphOf?.[j] === graphOf?.[i] &&
        Math.hypot(...point.map((value, d) => value - points[j][d])) <= radius
      ) {
        // prettier-ignore
        edges.push([j, i]);
      }
    });
  });
  return fromEdges({ numNodes: points.length, edges, graphOf, nodeTypes });
}

/** Steps to all cells around one, and to itself. */
function stepsIn(dimensions: number): number[][] {
  let all: number[][] = [[]];
  for (let d = 0; d < dimensions; d++) {
    all = all.flatMap((step) => [-1, 0, 1].map((by) => [...step, by]));
  }
  return all;
}
