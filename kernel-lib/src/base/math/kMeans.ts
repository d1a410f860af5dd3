import { drawIndex } from './drawIndex';
/** Options of `core.kMeans`. */
export interface KMeansOptions {
  /** Centres wanted. */
  count: number;
  /** Gives uniform numbers in [0, 1): `random.generator()`. */
  next: () => number;
  /** Rounds at most; it ends where nothing changes. Default 50. */
  rounds?: number;
}

/** Centres, and the rows nearest to each. */
export interface Clusters {
  centres: Float64Array[];
  /** Numbers of the rows; some may be empty. */
  members: number[][];
}

/** k-means (Lloyd) over rows of one length, beginning as k-means++ does. At least as many rows as centres. */
export function kMeans(rows: readonly Float64Array[], { count, next, rounds = 50 }: KMeansOptions): Clusters {
  let centres = beginnings(rows, count, next);
  let members = group(rows, centres);
  for (let round = 0; round < rounds; round++) {
    centres = members.map((of, c) => (of.length > 0 ? meanRow(of.map((row) => rows[row])) : centres[c]));
    const next = group(rows, centres);
    const settled = next.every(
      (of, c) => of.length === members[c].length && of.every((row, i) => row === members[c][i])
    );
    members = next;
    if (settled) {
      break;
    }
  }
  return { centres, members };
}

/** The mean of rows, at least one. */
export function meanRow(rows: readonly Float64Array[]): Float64Array {
  return rows[0].map((_, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length);
}

function beginnings(rows: readonly Float64Array[], count: number, next: () => number): Float64Array[] {
  const centres = [rows[Math.floor(next() * rows.length)]];
  const away = rows.map((row) => distance(row, centres[0]));
  while (centres.length < count) {
    const centre = rows[drawIndex(away, next())];
    centres.push(centre);
    rows.forEach((row, i) => (away[i] = Math.min(away[i], distance(row, centre))));
  }
  return centres;
}

function group(rows: readonly Float64Array[], centres: readonly Float64Array[]): number[][] {
  const members: number[][] = centres.map(() => []);
  rows.forEach((row, number) => {
    let [nearest, least] = [0, Infinity];
    for (let c = 0; c < centres.length; c++) {
      const away = distance(row, centres[c]);
      if (away < least) {
        [nearest, least] = [c, away];
      }
    }
    members[nearest].push(number);
  });
  return members;
}

function distance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    sum += (a[i] - b[i]) ** 2;
  }
  return sum;
}
