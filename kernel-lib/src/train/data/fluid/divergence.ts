import { expectInteger } from '../../../base/core';

/**
 * Largest divergence of a frame by central differences at its inner points, [G, G, 2], in units of speed over length.
 *
 * @param solid - 1 at points of a body, [G * G]: those, and those beside them, are left out.
 */
export function divergence(frame: Float32Array, grid: number, solid?: Uint8Array): number {
  expectInteger('data.divergence', 'values of the frame', frame.length, 2 * grid * grid, 2 * grid * grid);
  let most = 0;
  for (let y = 1; y < grid - 1; y++) {
    for (let x = 1; x < grid - 1; x++) {
      const point = y * grid + x;
      if (
        solid !== undefined &&
        [point, point - 1, point + 1, point - grid, point + grid].some((near) => solid[near] === 1)
      ) {
        // prettier-ignore
        continue;
      }
      const at = 2 * point;
      const along = frame[at + 2] - frame[at - 2];
      const up = frame[at + 2 * grid + 1] - frame[at - 2 * grid + 1];
      most = Math.max(most, Math.abs((along + up) * (grid - 1)) / 2);
    }
  }
  return most;
}
