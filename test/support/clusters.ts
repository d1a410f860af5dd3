import { core } from '@switchyard/kernel-lib';

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
