/** @file The node under the pointer. */
import type { WholeGraph } from '@switchyard/kernel-lib/protocol';

/** The node nearest to a point, within a distance; null where there is none. */
export function nearestNode(
  { x, y }: Pick<WholeGraph, 'x' | 'y'>,
  at: { x: number; y: number },
  within: number
): number | null {
  let best = -1;
  let least = within * within;
  for (let node = 0; node < x.length; node++) {
    const [dx, dy] = [x[node] - at.x, y[node] - at.y];
    const distance = dx * dx + dy * dy;
    if (distance <= least) {
      [best, least] = [node, distance];
    }
  }
  return best < 0 ? null : best;
}
