/** A point of costs: lower is better in both. */
export type CostPair = readonly [x: number, y: number];

/** A step line: what is attained at x holds up to the next x. */
export interface AttainedLine {
  x: number[];
  y: number[];
}

/**
 * The empirical attainment line of several sets (Fonseca, da Fonseca and Paquete, 2005): the least y that `count` of them reach with at most x, at each x where it
 * falls. With sets of (trial, value) it is the best value that so many runs have after so many trials.
 */
export function attainment(sets: readonly (readonly CostPair[])[], count: number): AttainedLine {
  const all = [...new Set(sets.flatMap((set) => set.map(([x]) => x)))].sort((a, b) => a - b);
  const sorted = sets.map((set) => [...set].sort((a, b) => a[0] - b[0]));
  const next = sets.map(() => 0);
  const best = sets.map(() => Infinity);
  const line: AttainedLine = { x: [], y: [] };
  for (const x of all) {
    sorted.forEach((set, s) => {
      for (; next[s] < set.length && set[next[s]][0] <= x; next[s]++) {
        best[s] = Math.min(best[s], set[next[s]][1]);
      }
    });
    const y = [...best].sort((a, b) => a - b)[count - 1];
    if (y !== undefined && y < (line.y.at(-1) ?? Infinity)) {
      line.x.push(x);
      line.y.push(y);
    }
  }
  return line;
}
