/**
 * The stationary distribution of a Markov chain: `p = p P`, by steps that half the time stay, so that periodic chains settle too. Of a chain in parts that do not reach each other it is the one that an even
 * start leads to.
 *
 * @param transitions - P, [n][n]; rows are distributions.
 */
export function stationary(transitions: readonly (readonly number[])[]): number[] {
  const n = transitions.length;
  let p = new Array<number>(n).fill(1 / n);
  for (let i = 0; i < 100_000; i++) {
    const next = p.map((each) => each / 2);
    transitions.forEach((row, from) => row.forEach((share, to) => (next[to] += (p[from] * share) / 2)));
    const change = Math.max(...next.map((each, s) => Math.abs(each - p[s])));
    p = next;
    if (change < 1e-14) {
      break;
    }
  }
  return p;
}
