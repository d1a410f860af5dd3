import { floor } from './wholeNumbers';

/**
 * Shares a whole number out in proportion to weights, no share above its capacity, by the largest remainders; what full ones cannot take goes to
 * the others. Of equal remainders the first gets more. Where all weights that are left are 0 they count alike.
 *
 * @param total - At most the sum of the capacities.
 */
export function apportion(total: number, weights: ArrayLike<number>, capacities: ArrayLike<number>): Int32Array {
  const shares = new Int32Array(weights.length);
  for (let left = total; left > 0;) {
    const open = Array.from(shares.keys()).filter((i) => shares[i] < capacities[i]);
    const sum = open.reduce((all, i) => all + weights[i], 0);
    const exact = open.map((i) => (left * (sum > 0 ? weights[i] : 1)) / (sum > 0 ? sum : open.length));
    const room = (i: number): number => capacities[i] - shares[i];
    if (open.some((i, at) => exact[at] > room(i))) {
      // Those that fill up do so first; the rest is shared out again.
      open.forEach((i, at) => {
        if (exact[at] >= room(i)) {
          left -= room(i);
          shares[i] = capacities[i];
        }
      });
      continue;
    }
    const remainders = open.map((_, at) => exact[at] - floor(exact[at]));
    open.forEach((i, at) => (shares[i] += floor(exact[at])));
    left -= exact.reduce((all, each) => all + floor(each), 0);
    const order = Array.from(open.keys()).sort((a, b) => remainders[b] - remainders[a] || a - b);
    for (const at of order) {
      const gives = left > 0 && shares[open[at]] < capacities[open[at]];
      shares[open[at]] += gives ? 1 : 0;
      left -= gives ? 1 : 0;
    }
  }
  return shares;
}
