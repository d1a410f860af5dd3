import type { ElasticDimension, SubnetPoint } from '../../transform/elastic';

/** Points that are looked at before the search for one ends. */
const MOST_POINTS = 20_000;

/** The likeliest point of independent distributions over the values of dimensions that `fits`; null where of the likeliest 20,000 none does. */
export function likeliestPoint(
  dimensions: readonly ElasticDimension[],
  probabilities: Readonly<Record<string, readonly number[]>>,
  fits: (point: SubnetPoint) => boolean
): SubnetPoint | null {
  // Values of each dimension, the likeliest first; a state says how far down each of them it is.
  const ranked = dimensions.map(({ name, values }) =>
    values.map((value, i) => ({ value, cost: -Math.log(probabilities[name][i]) })).sort((a, b) => a.cost - b.cost)
  );
  const costOf = (state: readonly number[]): number => state.reduce((sum, rank, d) => sum + ranked[d][rank].cost, 0);
  const open = [{ state: dimensions.map(() => 0), cost: 0 }];
  const seen = new Set([open[0].state.join()]);
  for (let looked = 0; looked < MOST_POINTS && open.length > 0; looked++) {
    const at = open.reduce((best, each, i) => (each.cost < open[best].cost ? i : best), 0);
    const [{ state }] = open.splice(at, 1);
    const point = Object.fromEntries(dimensions.map(({ name }, d) => [name, ranked[d][state[d]].value]));
    if (fits(point)) {
      return point;
    }
    state.forEach((rank, d) => {
      const next = state.map((each, i) => (i === d ? each + 1 : each));
      if (rank + 1 < ranked[d].length && !seen.has(next.join())) {
        seen.add(next.join());
        open.push({ state: next, cost: costOf(next) });
      }
    });
  }
  return null;
}
