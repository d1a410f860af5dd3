/**
 * Divides neurons among groups of `size` places each, at least cost in all; members in ascending order. Of equal costs one is chosen, always the same.
 *
 * Neurons come one after the other, each by the cheapest chain of moves that ends in a group with room (successive shortest paths, whose steps go over
 * groups and not over neurons): n neurons in g groups take some n (g^3 + n) steps, where the Hungarian algorithm takes n^3.
 *
 * @param cost - What neuron number `i` of the list costs in group `g`.
 */
export function assignEvenly(
  neurons: readonly number[],
  { groups, size }: { groups: number; size: number },
  cost: (neuron: number, group: number) => number
): number[][] {
  const costs = neurons.map((neuron) => Float64Array.from({ length: groups }, (_, g) => cost(neuron, g)));
  const placing = new Placing(costs, groups, size);
  costs.forEach((_, i) => placing.add(i));
  return placing.members.map((each) => each.map((i) => neurons[i]).sort((a, b) => a - b));
}

/** Items in groups, at least cost for those that are there. */
class Placing {
  readonly members: number[][];
  /** Least cost of moving an item from one group to another, and which item it is; [groups * groups]. */
  private readonly moves: Float64Array;
  private readonly movers: Int32Array;
  /** Differences up to this are rounding: no chain of moves goes round for their sake. */
  private readonly tolerance: number;

  constructor(
    private readonly costs: readonly Float64Array[],
    private readonly groups: number,
    private readonly size: number
  ) {
    this.members = Array.from({ length: groups }, () => []);
    this.moves = new Float64Array(groups * groups).fill(Infinity);
    this.movers = new Int32Array(groups * groups).fill(-1);
    this.tolerance = 1e-12 * costs.reduce((most, row) => row.reduce((a, b) => Math.max(a, Math.abs(b)), most), 0);
  }

  add(item: number): void {
    const { before, reached } = this.cheapest(item);
    const changed = new Set([reached]);
    let to = reached;
    while (before[to] >= 0) {
      const from = before[to];
      const mover = this.movers[from * this.groups + to];
      this.members[from].splice(this.members[from].indexOf(mover), 1);
      this.members[to].push(mover);
      changed.add(from);
      to = from;
    }
    this.members[to].push(item);
    changed.forEach((group) => this.weigh(group));
  }

  /** The group with room that a new item's coming fills at least cost, and of each group on the way the one before it, -1 where the item itself goes. */
  private cheapest(item: number): { before: Int32Array; reached: number } {
    const { groups, moves, tolerance } = this;
    const least = this.costs[item].slice();
    const before = new Int32Array(groups).fill(-1);
    for (let round = 1, better = true; better && round < groups; round++) {
      better = false;
      for (let from = 0; from < groups; from++) {
        for (let to = 0; to < groups; to++) {
          const by = least[from] + moves[from * groups + to];
          if (by < least[to] - tolerance) {
            least[to] = by;
            before[to] = from;
            better = true;
          }
        }
      }
    }
    const free = this.members.flatMap(({ length }, group) => (length < this.size ? [group] : []));
    return { before, reached: free.reduce((a, b) => (least[b] < least[a] ? b : a)) };
  }

  private weigh(group: number): void {
    const { groups, costs, moves, movers } = this;
    for (let to = 0; to < groups; to++) {
      let [least, mover] = [Infinity, -1];
      for (const item of to === group ? [] : this.members[group]) {
        const by = costs[item][to] - costs[item][group];
        if (by < least) {
          [least, mover] = [by, item];
        }
      }
      moves[group * groups + to] = least;
      movers[group * groups + to] = mover;
    }
  }
}
