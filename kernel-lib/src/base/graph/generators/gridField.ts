import { expectInteger, expectNumber, given, Random } from '../../core';

/** Options of `graph.generators.gridField`. */
export interface GridFieldOptions {
  /** Cells of a side. */
  size: number;
  /** Walls, each a straight row of cells. Default 4. */
  walls?: number;
  /** Cells of a wall. Default half of the side. */
  length?: number;
  /** Loss of a ray for each cell of a wall that it crosses, in decibels. Default 8. */
  wallLoss?: number;
  /** Exponent of the loss over distance. Default 2.5. */
  exponent?: number;
  /** Default 0. */
  seed?: number;
}

/** Field of radio strength on a grid of cells with walls. */
export interface GridField {
  size: number;
  /** Whether each cell is of a wall, row by row, [size^2]. */
  walls: Uint8Array;
  /** Cell of the transmitter, none of a wall. */
  transmitter: number;
  /** Strength at each cell in decibels, 0 a cell from the transmitter with nothing between, [size^2]. */
  strength: Float32Array;
}

/**
 * Synthetic radio propagation in a plane of cells: a transmitter, straight walls, and at each cell the loss of free space by distance and of each wall cell on the straight ray from the transmitter, one loss each.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function gridField(options: GridFieldOptions): GridField {
  const where = 'graph.generators.gridField';
  const { size, walls: count = 4, wallLoss = 8, exponent = 2.5, seed = 0 } = given(where, options);
  expectInteger(where, 'size', size, 2);
  expectInteger(where, 'walls', count, 0);
  const { length = Math.floor(size / 2) } = options;
  expectInteger(where, 'length', length, 1, size);
  expectNumber(where, 'wallLoss', wallLoss, 0);
  expectNumber(where, 'exponent', exponent, 0);
  const next = Random.fromSeed(seed).child(where).generator();
  const walls = new Uint8Array(size * size);
  const transmitter = Math.floor(next() * size) * size + Math.floor(next() * size);
  for (let wall = 0; wall < count; wall++) {
    const [upright, line, from] = [next() < 0.5, Math.floor(next() * size), Math.floor(next() * (size - length + 1))];
    for (let i = from; i < from + length; i++) {
      walls[upright ? i * size + line : line * size + i] = 1;
    }
  }
  walls[transmitter] = 0;
  const strength = Float32Array.from(walls, (_, cell) => {
    const distance = Math.max(1, Math.hypot(Math.floor(cell / size) - Math.floor(transmitter / size), (cell % size) - (transmitter % size))); // prettier-ignore
    return 0 - 10 * exponent * Math.log10(distance) - wallLoss * wallsBetween({ size, walls }, transmitter, cell);
  });
  return { size, walls, transmitter, strength };
}

/** Wall cells on the straight line between two cells, without the first (Bresenham). */
export function wallsBetween({ size, walls }: Pick<GridField, 'size' | 'walls'>, from: number, to: number): number {
  let [x, y] = [from % size, Math.floor(from / size)];
  const [endX, endY] = [to % size, Math.floor(to / size)];
  const [dx, dy] = [Math.abs(endX - x), -Math.abs(endY - y)];
  const [stepX, stepY] = [x < endX ? 1 : -1, y < endY ? 1 : -1];
  let error = dx + dy;
  let found = 0;
  while (x !== endX || y !== endY) {
    const twice = 2 * error;
    if (twice >= dy) {
      error += dy;
      x += stepX;
    }
    if (twice <= dx) {
      error += dx;
      y += stepY;
    }
    found += walls[y * size + x];
  }
  return found;
}
