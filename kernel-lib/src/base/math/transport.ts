/** A plan that moves masses at the least total cost. */
export interface TransportPlan {
  /** Mass moved from each source to each sink, [sources][sinks]. */
  plan: Float64Array[];
  cost: number;
}

/**
 * Optimal transport between two lists of masses, exact: shortest augmenting paths with potentials (minimum-cost flow). Masses are integers of the same sum, so that nothing is rounded.
 *
 * @param costs - Of moving one unit, at least 0; [sources][sinks].
 */
export function transport(
  costs: readonly ArrayLike<number>[],
  supply: readonly number[],
  demand: readonly number[]
): TransportPlan {
  const [sources, sinks] = [supply.length, demand.length];
  const plan = supply.map(() => new Float64Array(sinks));
  const left = [...supply];
  const wanted = [...demand];
  const potential = new Float64Array(sources + sinks);
  for (let source = 0; source < sources; source++) {
    while (left[source] > 0) {
      const { previous, distance, end } = cheapestWay(costs, plan, potential, source, wanted);
      let amount = Math.min(left[source], wanted[end]);
      for (let node = sources + end; node !== source; node = previous[node]) {
        if (node < sources) {
          amount = Math.min(amount, plan[node][previous[node] - sources]);
        }
      }
      for (let node = sources + end; node !== source; node = previous[node]) {
        const from = previous[node];
        if (node >= sources) {
          plan[from][node - sources] += amount;
        } else {
          plan[node][from - sources] -= amount;
        }
      }
      const reach = distance[sources + end];
      potential.forEach((_, node) => (potential[node] += Math.min(distance[node], reach)));
      left[source] -= amount;
      wanted[end] -= amount;
    }
  }
  const cost = plan.reduce((sum, row, i) => sum + row.reduce((inner, mass, j) => inner + mass * costs[i][j], 0), 0);
  return { plan, cost };
}

/** Dijkstra over reduced costs of the residual network, to the nearest sink that wants mass. */
function cheapestWay(
  costs: readonly ArrayLike<number>[],
  plan: readonly Float64Array[],
  potential: Float64Array,
  source: number,
  wanted: readonly number[]
): { previous: Int32Array; distance: Float64Array; end: number } {
  const sources = costs.length;
  const size = sources + wanted.length;
  const distance = new Float64Array(size).fill(Infinity);
  const previous = new Int32Array(size).fill(-1);
  const done = new Uint8Array(size);
  distance[source] = 0;
  for (;;) {
    let node = -1;
    for (let each = 0; each < size; each++) {
      if (done[each] === 0 && distance[each] < Infinity && (node < 0 || distance[each] < distance[node])) {
        node = each;
      }
    }
    done[node] = 1;
    if (node >= sources && wanted[node - sources] > 0) {
      return { previous, distance, end: node - sources };
    }
    const reach = (next: number, cost: number): void => {
      const found = distance[node] + Math.max(0, cost + potential[node] - potential[next]);
      if (done[next] === 0 && found < distance[next]) {
        distance[next] = found;
        previous[next] = node;
      }
    };
    if (node < sources) {
      wanted.forEach((_, sink) => reach(sources + sink, costs[node][sink]));
    } else {
      plan.forEach((row, from) => row[node - sources] > 0 && reach(from, -costs[from][node - sources]));
    }
  }
}
