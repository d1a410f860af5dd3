/** True where a point is as low in every dimension, and lower in one. */
export function dominates(a: readonly number[], b: readonly number[]): boolean {
  return a.every((cost, i) => cost <= b[i]) && a.some((cost, i) => cost < b[i]);
}

/** Points whose costs no other beats, as ascending indices; equal ones all stay. */
export function nonDominated(costs: readonly (readonly number[])[]): number[] {
  return costs
    .reduce<number[]>((front, cost, i) => {
      if (front.some((j) => dominates(costs[j], cost))) {
        return front;
      }
      return [...front.filter((j) => !dominates(cost, costs[j])), i];
    }, [])
    .sort((a, b) => a - b);
}

/** Rank of each point: 0 on the front, 1 on the front of the rest, and so on. */
export function paretoRanks(costs: readonly (readonly number[])[]): number[] {
  const ranks = new Array<number>(costs.length).fill(-1);
  let left = costs.map((_, i) => i);
  for (let rank = 0; left.length > 0; rank++) {
    const front = new Set(nonDominated(left.map((i) => costs[i])).map((place) => left[place]));
    front.forEach((i) => (ranks[i] = rank));
    left = left.filter((i) => !front.has(i));
  }
  return ranks;
}

/**
 * How alone each point stands among the others (the crowding distance of NSGA-II, 10.1109/4235.996017): the sum over dimensions of the
 * gap between its neighbours, of the whole range; Infinity at the ends.
 */
export function crowding(costs: readonly (readonly number[])[]): number[] {
  const out = new Array<number>(costs.length).fill(0);
  for (let d = 0; d < (costs[0]?.length ?? 0); d++) {
    const order = costs.map((_, i) => i).sort((a, b) => costs[a][d] - costs[b][d]);
    const range = costs[order.at(-1)!][d] - costs[order[0]][d];
    order.forEach((i, place) => {
      const isEnd = place === 0 || place === order.length - 1;
      out[i] += isEnd ? Infinity : range === 0 ? 0 : (costs[order[place + 1]][d] - costs[order[place - 1]][d]) / range;
    });
  }
  return out;
}
