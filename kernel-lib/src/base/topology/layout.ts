import type { Graph } from '../graph';
import { componentsOf, hopsFrom, membersOf } from './hops';
import { type Neighbourhoods, neighbourhoods } from './neighbourhoods';
import { pivotLayout } from './pivotLayout';

/** Rounds of stress majorisation at most. */
const ROUNDS = 200;
/** A round that lowers the stress by less than this share is the last. */
const SETTLED = 1e-4;
/** Nodes of a component, at most, for distances of all pairs. */
const MOST_PAIRED = 512;
/** Room between components, in lengths of an edge. */
const GAP = 1.5;

/**
 * Places for the nodes of a graph, in lengths of an edge: those whose distances in the plane are nearest to hop distances, by stress majorisation (SMACOF; Gansner, Koren and North, 2005) for each component, largest
 * first in rows. From a fixed start, so that the same graph is drawn the same way. [N][2]; O(N^2) a round, of components of more than 512 nodes by distances to some (`pivotLayout`), in O(N + M).
 */
export function layout(graph: Graph): [number, number][] {
  const near = neighbourhoods(graph);
  const out: [number, number][] = near.map(() => [0, 0]);
  const members = membersOf(componentsOf(near)).sort((a, b) => b.length - a.length);
  const boxes = members.map((nodes) => ({ nodes, ...upright(settle(within(near, nodes))) }));
  const area = boxes.reduce((sum, { width, height }) => sum + (width + GAP) * (height + GAP), 0);
  const room = Math.max(boxes[0]?.width ?? 0, Math.sqrt(1.6 * area));
  let [x, y, row] = [0, 0, 0];
  for (const { nodes, places, width, height } of boxes) {
    if (x > 0 && x + width > room) {
      [x, y, row] = [0, y + row + GAP, 0];
    }
    nodes.forEach((node, i) => (out[node] = [x + places[i][0], y + places[i][1]]));
    x += width + GAP;
    row = Math.max(row, height);
  }
  return out;
}

function within(near: Neighbourhoods, nodes: readonly number[]): number[][] {
  const place = new Map(nodes.map((node, i) => [node, i]));
  return nodes.map((node) => near[node].map((other) => place.get(other)!));
}

/** Places of a connected graph. */
function settle(near: Neighbourhoods): [number, number][] {
  if (near.length > MOST_PAIRED) {
    return pivotLayout(near);
  }
  const size = near.length;
  const hops = near.map((_, node) => hopsFrom(near, node));
  let places = pivots(hops);
  let before = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const next: [number, number][] = places.map(() => [0, 0]);
    let stress = 0;
    for (let i = 0; i < size; i++) {
      let weights = 0;
      for (let j = 0; j < size; j++) {
        if (i !== j) {
          const wanted = hops[i][j];
          const [dx, dy] = [places[i][0] - places[j][0], places[i][1] - places[j][1]];
          const distance = Math.hypot(dx, dy) || 1e-9;
          const weight = 1 / (wanted * wanted);
          const pull = wanted / distance;
          next[i][0] += weight * (places[j][0] + dx * pull);
          next[i][1] += weight * (places[j][1] + dy * pull);
          weights += weight;
          stress += weight * (distance - wanted) ** 2;
        }
      }
      next[i] = weights === 0 ? [0, 0] : [next[i][0] / weights, next[i][1] / weights];
    }
    places = next;
    if (before - stress < SETTLED * before) {
      break;
    }
    before = stress;
  }
  return places;
}

/** A start: hop distances to two nodes far apart, moved a little, by fixed amounts, off lines and points that many share. */
function pivots(hops: readonly Int32Array[]): [number, number][] {
  const farthest = (from: readonly Int32Array[]): number =>
    hops.reduce((best, _, node) => {
      const reach = (at: number): number => Math.min(...from.map((row) => row[at]));
      return reach(node) > reach(best) ? node : best;
    }, 0);
  const a = hops[farthest([hops[0]])];
  const b = hops[farthest([a])];
  const c = hops[farthest([a, b])];
  return hops.map((_, i): [number, number] => [a[i] - b[i] + 0.3 * Math.sin(7 * i), c[i] + 0.3 * Math.cos(11 * i)]);
}

/** Turned so that it is widest across, beginning at 0. */
function upright(places: readonly (readonly [number, number])[]): {
  places: [number, number][];
  width: number;
  height: number;
} {
  const mean = (axis: 0 | 1): number => places.reduce((sum, place) => sum + place[axis], 0) / places.length;
  const [mx, my] = [mean(0), mean(1)];
  const moment = (f: (x: number, y: number) => number): number => places.reduce((sum, [x, y]) => sum + f(x - mx, y - my), 0); // prettier-ignore
  const angle =
    0.5 *
    Math.atan2(
      2 * moment((x, y) => x * y),
      moment((x, y) => x * x - y * y)
    );
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const turned = places.map(([x, y]): [number, number] => [
    (x - mx) * cos + (y - my) * sin,
    (y - my) * cos - (x - mx) * sin
  ]);
  const [left, low] = [least(turned, 0), least(turned, 1)];
  const moved = turned.map(([x, y]): [number, number] => [x - left, y - low]);
  return { places: moved, width: -least(moved, 0, -1), height: -least(moved, 1, -1) };
}

/** Least coordinate on an axis, times a sign. */
function least(places: readonly (readonly [number, number])[], axis: 0 | 1, sign = 1): number {
  return places.reduce((low, place) => Math.min(low, sign * place[axis]), Infinity);
}
