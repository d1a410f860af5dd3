import { hopsFrom } from './hops';
import type { Neighbourhoods } from './neighbourhoods';

/** Nodes from which distances are known. */
const PIVOTS = 32;
const ROUNDS = 60;
const POWER_STEPS = 60;

/**
 * Places for the nodes of a connected graph that is too large for all pairs of distances, in lengths of an edge: classical scaling
 * of hop distances to 32 nodes far from one another (Brandes and Pich, 2006, "Eigensolver Methods for Progressive
 * Multidimensional Scaling of Large Data"), then stress majorisation over neighbours and those nodes (Ortmann, Klimenta and
 * Brandes, 2017, "A Sparse Stress Model"). From a fixed start. [N][2]; O(M + 32 N) a round.
 */
export function pivotLayout(near: Neighbourhoods): [number, number][] {
  const hops = farApart(near);
  const [x, y] = scaled(hops, near.length);
  const shares = weights(hops, near.length);
  // Moved a little, by fixed amounts, off points that nodes share which are as far from all others, as leaves of one node are.
  let [xs, ys]: [Float64Array, Float64Array] = [
    x.map((value, i) => value + 0.5 * Math.sin(7 * i)),
    y.map((value, i) => value + 0.5 * Math.cos(11 * i))
  ];
  for (let round = 0; round < ROUNDS; round++) {
    [xs, ys] = relaxed(near, hops, shares, xs, ys);
  }
  return near.map((_, node): [number, number] => [xs[node], ys[node]]);
}

/** Hop distances from pivots, each the node farthest from those before it. */
function farApart(near: Neighbourhoods): Int32Array[] {
  const farthest = (distances: Int32Array): number =>
    distances.reduce((best, hops, node) => (hops > distances[best] ? node : best), 0);
  const least = hopsFrom(near, 0);
  const out: Int32Array[] = [];
  for (let p = 0; p < Math.min(PIVOTS, near.length); p++) {
    const hops = hopsFrom(near, farthest(least));
    out.push(hops);
    if (p === 0) {
      least.set(hops);
    } else {
      hops.forEach((value, node) => (least[node] = Math.min(least[node], value)));
    }
  }
  return out;
}

/** The two coordinates of most spread among squared distances to the pivots, centred both ways. */
function scaled(hops: readonly Int32Array[], size: number): [Float64Array, Float64Array] {
  const k = hops.length;
  const squares = hops.map((row) => Float64Array.from(row, (value) => value * value));
  const ofPivot = squares.map((row) => row.reduce((sum, value) => sum + value, 0) / size);
  const all = ofPivot.reduce((sum, value) => sum + value, 0) / k;
  const ofNode = new Float64Array(size);
  squares.forEach((row) => row.forEach((value, node) => (ofNode[node] += value / k)));
  squares.forEach((row, p) => row.forEach((value, node) => (row[node] = -0.5 * (value - ofPivot[p] - ofNode[node] + all)))); // prettier-ignore
  const gram = squares.map((a) => Float64Array.from(squares, (b) => a.reduce((sum, value, node) => sum + value * b[node], 0))); // prettier-ignore
  const first = leading(gram, []);
  const second = leading(gram, [first]);
  const along = (direction: Float64Array): Float64Array => {
    const out = new Float64Array(size);
    squares.forEach((row, p) => row.forEach((value, node) => (out[node] += direction[p] * value)));
    return out;
  };
  return inHops(hops, along(first), along(second));
}

/** Coordinates at the scale at which distances to the pivots are nearest to their hops. */
function inHops(hops: readonly Int32Array[], x: Float64Array, y: Float64Array): [Float64Array, Float64Array] {
  let [product, square] = [0, 0];
  for (const row of hops) {
    const pivot = row.indexOf(0);
    row.forEach((wanted, node) => {
      const distance = Math.hypot(x[node] - x[pivot], y[node] - y[pivot]);
      product += distance * wanted;
      square += distance * distance;
    });
  }
  const scale = square === 0 ? 1 : product / square;
  return [x.map((value) => value * scale), y.map((value) => value * scale)];
}

/** Unit eigenvector of the largest eigenvalue that is orthogonal to others, by power iteration from a fixed start. */
function leading(matrix: readonly Float64Array[], others: readonly Float64Array[]): Float64Array {
  let vector = Float64Array.from(matrix, (_, i) => Math.cos(i + 1));
  for (let step = 0; step < POWER_STEPS; step++) {
    const next = Float64Array.from(matrix, (row) => dot(row, vector));
    others.forEach((other) => {
      const part = dot(next, other);
      next.forEach((value, i) => (next[i] = value - part * other[i]));
    });
    const norm = Math.sqrt(dot(next, next));
    if (norm === 0) {
      break;
    }
    vector = next.map((value) => value / norm);
  }
  return vector;
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

/** Weight of the distance between a pivot and a node at so many hops: nodes near the pivot, at up to half of them, over the distance's square; [pivot][hops]. */
function weights(hops: readonly Int32Array[], size: number): Float64Array[] {
  const region = new Int32Array(size);
  hops.forEach((row, p) => row.forEach((value, node) => (region[node] = value < hops[region[node]][node] ? p : region[node]))); // prettier-ignore
  return hops.map((row, p) => {
    const far = row.reduce((most, value) => Math.max(most, value), 0);
    const within = new Float64Array(far + 1);
    row.forEach((value, node) => (within[value] += Number(region[node] === p)));
    within.forEach((count, i) => (within[i] = count + (i === 0 ? 0 : within[i - 1])));
    return Float64Array.from(within, (_, distance) => (distance === 0 ? 0 : within[distance >> 1] / distance ** 2));
  });
}

/** A round: each node where its neighbours, at distance 1, and the pivots, at their hops, pull it. */
function relaxed(
  near: Neighbourhoods,
  hops: readonly Int32Array[],
  shares: readonly Float64Array[],
  xs: Float64Array,
  ys: Float64Array
): [Float64Array, Float64Array] {
  const [nx, ny] = [new Float64Array(xs.length), new Float64Array(xs.length)];
  const pivot = hops.map((row) => row.indexOf(0));
  for (let i = 0; i < xs.length; i++) {
    let [sumX, sumY, total] = [0, 0, 0];
    const pull = (j: number, wanted: number, weight: number): void => {
      const [dx, dy] = [xs[i] - xs[j], ys[i] - ys[j]];
      const ratio = wanted / (Math.sqrt(dx * dx + dy * dy) || 1e-9);
      sumX += weight * (xs[j] + dx * ratio);
      sumY += weight * (ys[j] + dy * ratio);
      total += weight;
    };
    for (const j of near[i]) {
      pull(j, 1, 1);
    }
    for (let p = 0; p < pivot.length; p++) {
      const wanted = hops[p][i];
      if (wanted > 1) {
        pull(pivot[p], wanted, shares[p][wanted]);
      }
    }
    [nx[i], ny[i]] = total === 0 ? [xs[i], ys[i]] : [sumX / total, sumY / total];
  }
  return [nx, ny];
}
