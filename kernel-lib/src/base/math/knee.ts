import { fail } from '../core';
import { nonDominated } from './nonDominated';

/**
 * The knee of a front (Das, 1999), as an index: of the points that no other beats the one farthest below the plane through the front's ends, each cost taken as a share of the front's range. Of equal ones the first.
 *
 * @param costs - A row a point, lower is better.
 * @throws {SwitchyardError} where there is no point, or a cost is not finite.
 */
export function knee(costs: readonly (readonly number[])[]): number {
  const wrong = costs.find((cost) => !cost.every(Number.isFinite));
  if (costs.length === 0 || wrong !== undefined) {
    fail('nas.knee', 'costs must be of a point or more, and finite', wrong ?? 'none');
  }
  const front = nonDominated(costs);
  const ranges = costs[0].map((_, d) => {
    const own = front.map((i) => costs[i][d]);
    return { low: Math.min(...own), width: Math.max(...own) - Math.min(...own) };
  });
  const shares = front.map((i) =>
    ranges.reduce((sum, { low, width }, d) => sum + (width === 0 ? 0 : (costs[i][d] - low) / width), 0)
  );
  return front[shares.indexOf(Math.min(...shares))];
}
