import { core } from '@switchyard/kernel-lib';

/** Agreement of two partitions, 1 where they are the same and near 0 by chance (Hubert and Arabie, 1985). */
export function adjustedRand(a: readonly number[], b: readonly number[]): number {
  const pairs = (n: number) => (n * (n - 1)) / 2;
  const sumOfPairs = (keys: readonly string[]) => {
    const counts = new Map<string, number>();
    keys.forEach((key) => counts.set(key, (counts.get(key) ?? 0) + 1));
    return [...counts.values()].reduce((sum, n) => sum + pairs(n), 0);
  };
  const both = sumOfPairs(a.map((x, i) => `${x} ${b[i]}`));
  const [ofA, ofB] = [sumOfPairs(a.map(String)), sumOfPairs(b.map(String))];
  const chance = (ofA * ofB) / pairs(a.length);
  return (both - chance) / ((ofA + ofB) / 2 - chance);
}

/** Cluster of each row [N, F] by k-means: of ten beginnings the one whose rows lie nearest to their centres. */
export function clustersOf({ values, width }: { values: Float32Array; width: number }, count: number): number[] {
  const rows = Array.from({ length: values.length / width }, (_, i) => Float64Array.from(values.subarray(i * width, (i + 1) * width))); // prettier-ignore
  const all = Array.from({ length: 10 }, (_, seed) => {
    const { centres, members } = core.kMeans(rows, { count, next: core.Random.fromSeed(seed).generator() });
    const of = new Array<number>(rows.length).fill(0);
    members.forEach((own, cluster) => own.forEach((row) => (of[row] = cluster)));
    return { of, away: rows.reduce((sum, row, i) => sum + row.reduce((all, value, f) => all + (value - centres[of[i]][f]) ** 2, 0), 0) }; // prettier-ignore
  });
  return all.sort((a, b) => a.away - b.away)[0].of;
}
