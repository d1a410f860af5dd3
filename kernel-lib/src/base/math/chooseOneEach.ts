/** One of several ways to do something. */
export interface Choice {
  cost: number;
  value: number;
}

/**
 * One choice from each list, of the largest sum of values whose costs are within a budget (the multiple-choice knapsack problem), exactly: of all sums
 * that the lists before allow those stay that no cheaper one equals. Null where the cheapest choices cost more.
 */
export function chooseOneEach(lists: readonly (readonly Choice[])[], budget: number): number[] | null {
  interface Partial extends Choice {
    chosen: readonly number[];
  }
  // What the lists after each will cost at least.
  const least = lists.map((list) => Math.min(...list.map(({ cost }) => cost)));
  let rest = least.reduce((a, b) => a + b, 0);
  let front: Partial[] = [{ cost: 0, value: 0, chosen: [] }];
  lists.forEach((list, l) => {
    rest -= least[l];
    const all = front.flatMap(({ cost, value, chosen }) =>
      list.map((each, i) => ({ cost: cost + each.cost, value: value + each.value, chosen: [...chosen, i] }))
    );
    const within = all
      .filter(({ cost }) => cost + rest <= budget + 1e-9)
      .sort((a, b) => a.cost - b.cost || b.value - a.value);
    let best = -Infinity;
    front = within.filter(({ value }) => {
      const better = value > best;
      best = Math.max(best, value);
      return better;
    });
  });
  return front.length === 0 ? null : [...front.at(-1)!.chosen];
}
