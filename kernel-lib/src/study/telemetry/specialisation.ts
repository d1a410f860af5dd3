import { expectInteger, fail, Random } from '../../base/core';

/** Options of `telemetry.specialisation`. */
export interface SpecialisationOptions {
  /** E. */
  numExperts: number;
  /** Shufflings of the labels to compare with; default 200. */
  permutations?: number;
  /** Seed of the shufflings; default 0. */
  seed?: number;
}

/** How much the choice of experts tells of the domain, and how much it would tell by chance. */
export interface Specialisation {
  /** Share of the domain's uncertainty that knowing the expert takes away, 0..1. */
  score: number;
  /** Mean of the score over shuffled labels. */
  shuffled: number;
  /** Standard deviation (population) of the score over shuffled labels. */
  deviation: number;
  /** Share of all labellings, this one included, that score at least as high. */
  pValue: number;
}

/**
 * Domain specialisation with a permutation test. The score is the mutual information of domain and expert over the
 * entropy of the domain; labels are shuffled between units, so that the tokens of one sequence, which are alike, stay
 * together.
 *
 * @param counts - Times that the tokens of unit u (a sequence) went to expert i; [U * E].
 * @param labels - Domain of each unit, from 0; units with -1 are left out; [U].
 * @throws {SwitchyardError} where the lengths do not fit.
 */
export function specialisation(
  counts: ArrayLike<number>,
  labels: ArrayLike<number>,
  { numExperts, permutations = 200, seed = 0 }: SpecialisationOptions
): Specialisation {
  expectInteger('telemetry.specialisation', 'permutations', permutations, 1);
  if (counts.length !== labels.length * numExperts) {
    fail('telemetry.specialisation', `counts must have U * E (${labels.length * numExperts}) entries`, counts.length);
  }
  const units = Array.from({ length: labels.length }, (_, u) => u).filter((u) => labels[u] >= 0);
  const known = units.map((u) => labels[u]);
  const score = (domains: readonly number[]): number =>
    normalisedInformation(contingency(counts, units, domains, numExperts));
  const observed = score(known);
  const random = Random.fromSeed(seed).child('specialisation');
  const chance = Array.from({ length: permutations }, (_, i) => score(random.child(i).shuffle(known)));
  const shuffled = chance.reduce((sum, x) => sum + x, 0) / permutations;
  const variance = chance.reduce((sum, x) => sum + (x - shuffled) ** 2, 0) / permutations;
  // A shuffling that leaves the labels as they are may differ in the last bits.
  const asHigh = chance.filter((x) => x >= observed - 1e-12).length;
  return { score: observed, shuffled, deviation: Math.sqrt(variance), pValue: (1 + asHigh) / (1 + permutations) };
}

/** Counts by domain and expert; [G][E]. */
function contingency(
  counts: ArrayLike<number>,
  units: readonly number[],
  domains: readonly number[],
  numExperts: number
): Float64Array[] {
  const rows = Math.max(-1, ...domains) + 1;
  const table = Array.from({ length: rows }, () => new Float64Array(numExperts));
  units.forEach((unit, i) => {
    const row = table[domains[i]];
    for (let e = 0; e < numExperts; e++) {
      row[e] += counts[unit * numExperts + e];
    }
  });
  return table;
}

/** I(row; column) / H(row) of a table of counts; NaN where the row is certain already. */
function normalisedInformation(table: readonly Float64Array[]): number {
  const rows = table.map((row) => row.reduce((sum, n) => sum + n, 0));
  const total = rows.reduce((sum, n) => sum + n, 0);
  const columns = (table[0] ?? new Float64Array()).map((_, e) => table.reduce((sum, row) => sum + row[e], 0));
  const entropy = -rows.reduce((sum, n) => sum + (n > 0 ? (n / total) * Math.log(n / total) : 0), 0);
  if (entropy <= 0) {
    return NaN;
  }
  let information = 0;
  table.forEach((row, g) =>
    row.forEach((n, e) => {
      information += n > 0 ? (n / total) * Math.log((n * total) / (rows[g] * columns[e])) : 0;
    })
  );
  return information / entropy;
}
