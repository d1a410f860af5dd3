/** Seeds of a claim about training, ten of them, none that a fast test uses. */
export const TEN_SEEDS: readonly number[] = Array.from({ length: 10 }, (_, i) => 101 + i);

/** A mean difference of pairs, one a seed, with half the width of its 95 % interval (Student's t). */
export interface PairedDifference {
  mean: number;
  halfWidth: number;
  /** Whether the interval lies above 0, below it, or holds it. */
  verdict: 'above' | 'below' | 'undecided';
}

// The 0.975 quantiles of Student's t with 1 to 19 degrees of freedom.
const QUANTILES = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093
];

/** The differences of pairs, 2 to 20 of them, and what they say together. */
export function pairedDifference(differences: readonly number[]): PairedDifference {
  const count = differences.length;
  const mean = differences.reduce((sum, each) => sum + each, 0) / count;
  const variance = differences.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (count - 1);
  const halfWidth = QUANTILES[count - 2] * Math.sqrt(variance / count);
  const verdict = mean - halfWidth > 0 ? 'above' : mean + halfWidth < 0 ? 'below' : 'undecided';
  return { mean, halfWidth, verdict };
}

/** Runs an experiment on ten seeds, prints and gives the difference of each measure: for `last figures` of an entry. */
export async function overTenSeeds<Name extends string>(
  title: string,
  run: (seed: number) => Promise<Record<Name, number>> | Record<Name, number>
): Promise<Record<Name, PairedDifference>> {
  const runs: Record<Name, number>[] = [];
  for (const seed of TEN_SEEDS) {
    runs.push(await run(seed));
  }
  const names = Object.keys(runs[0]) as Name[];
  const all = names.map((name) => [name, pairedDifference(runs.map((each) => each[name]))] as const);
  all.forEach(([name, { mean, halfWidth, verdict }]) =>
    console.warn(
      `${title}: ${name} ${mean.toPrecision(3)} +- ${halfWidth.toPrecision(2)} (95 %, ${runs.length} seeds): ${verdict}`
    )
  );
  return Object.fromEntries(all) as Record<Name, PairedDifference>;
}
