/** Joins two values of a series; `weight` is the share of the second. */
export type Blend<V> = (first: V, second: V, weight: number) => V;

/** Named series over the same steps. A name that was absent at a step has null there. */
export interface BinnedSeries<V> {
  steps: number[];
  series: Map<string, (V | null)[]>;
}

/** The bin under way: a running mean for each name. */
interface Pending<V> {
  adds: number;
  step: number;
  means: Map<string, { value: V; count: number }>;
}

/**
 * Named series of any length kept in at most `capacity` bins: each is the mean over `stride` steps, and the stride doubles
 * whenever the bins are full. Before the first of these stand shorter ones, which end at the steps 1, 2, 4, 8, ... of the
 * run: routers settle early. What is kept depends on the steps alone, never on the time, so a run repeated gives the same
 * history. A bin bears its last step.
 */
export class Binned<V> {
  private readonly steps: number[] = [];
  private readonly series = new Map<string, (V | null)[]>();
  private pending: Pending<V> = { adds: 0, step: 0, means: new Map() };
  private stride = 1;
  /** Bins of the start: the first, and each as long as all before it. Together as long as one of the others. */
  private early = 1;

  /** @param capacity - Bins kept; at least 4. */
  constructor(
    private readonly capacity: number,
    private readonly blend: Blend<V>
  ) {}

  /** Adds the values of one step; steps ascend. */
  add(step: number, values: Iterable<readonly [string, V]>): void {
    const { pending } = this;
    for (const [name, value] of values) {
      const mean = pending.means.get(name);
      if (mean === undefined) {
        pending.means.set(name, { value, count: 1 });
      } else {
        mean.count++;
        mean.value = this.blend(mean.value, value, 1 / mean.count);
      }
    }
    pending.adds++;
    pending.step = step;
    if (pending.adds === this.stride) {
      append(this.steps, this.series, pending);
      this.pending = { adds: 0, step, means: new Map() };
      if (this.isFull) {
        this.halve();
      }
    }
  }

  /** All bins, the one under way included; a copy. */
  read(): BinnedSeries<V> {
    const steps = this.steps.slice();
    const series = new Map(Array.from(this.series, ([name, values]) => [name, values.slice()]));
    if (this.pending.adds > 0) {
      append(steps, series, this.pending);
    }
    return { steps, series };
  }

  /** Whether there is room for no more than the bin under way, and those after the start are pairs. */
  private get isFull(): boolean {
    const { length } = this.steps;
    return length >= this.capacity - 1 && (length - this.early) % 2 === 1;
  }

  private halve(): void {
    // The first bin after the start is as long as the start, and belongs to it from now on.
    const start = this.early + 1;
    const crowded = start > this.capacity / 2;
    const pairs = new Array<number>((this.steps.length - start) / 2).fill(2);
    const sizes = [...(crowded ? [2] : [1, 1]), ...new Array<number>(start - 2).fill(1), ...pairs];
    const { steps, series } = joined({ steps: this.steps, series: this.series }, sizes, this.blend);
    this.steps.splice(0, Infinity, ...steps);
    series.forEach((values, name) => this.series.set(name, values));
    this.early = crowded ? this.early : start;
    this.stride *= 2;
  }
}

/**
 * The same series in at most `max` bins, each the mean of neighbours; a bin bears its last step. The bins cover equal
 * numbers of steps but for those of the start, of which none is longer than all before it.
 */
export function thin<V>(binned: BinnedSeries<V>, max: number, blend: Blend<V>): BinnedSeries<V> {
  return binned.steps.length <= max ? binned : joined(binned, groupSizes(binned.steps, max), blend);
}

/** Lengths of at most `max` groups of neighbouring steps. */
function groupSizes(steps: readonly number[], max: number): number[] {
  let [low, high] = [0, steps[steps.length - 1] - steps[0] + 1];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    [low, high] = grouped(steps, middle).length <= max ? [low, middle] : [middle, high];
  }
  const sizes = grouped(steps, high);
  // Too few even for groups that double.
  const even = Math.ceil(steps.length / max);
  return sizes.length <= max ? sizes : steps.filter((_, i) => i % even === 0).map(() => even);
}

/** Lengths of groups that cover at most so many steps each, and no more than all before them. */
function grouped(steps: readonly number[], most: number): number[] {
  const before = steps[0] - 1;
  const sizes: number[] = [];
  let start = before;
  let limit = before;
  steps.forEach((step, i) => {
    if (step <= limit) {
      sizes[sizes.length - 1]++;
    } else {
      start = i === 0 ? before : steps[i - 1];
      limit = start + Math.min(most, start - before);
      sizes.push(1);
    }
  });
  return sizes;
}

/** Means of groups of so many neighbours each, the last of what is left. */
function joined<V>({ steps, series }: BinnedSeries<V>, sizes: readonly number[], blend: Blend<V>): BinnedSeries<V> {
  let end = 0;
  const groups = sizes.map((size) => [end, (end = Math.min(steps.length, end + size))] as const);
  const means = Array.from(series, ([name, values]): [string, (V | null)[]] => [
    name,
    groups.map((group) => mean(values, group, blend))
  ]);
  return { steps: groups.map(([, to]) => steps[to - 1]), series: new Map(means) };
}

/** Mean of the values in [from, to), nulls left out. */
function mean<V>(values: readonly (V | null)[], [from, to]: readonly [number, number], blend: Blend<V>): V | null {
  let result: V | null = null;
  let count = 0;
  for (let i = from; i < to; i++) {
    const value = values[i];
    if (value !== null) {
      count++;
      result = result === null ? value : blend(result, value, 1 / count);
    }
  }
  return result;
}

function append<V>(steps: number[], series: Map<string, (V | null)[]>, bin: Pending<V>): void {
  for (const name of bin.means.keys()) {
    if (!series.has(name)) {
      series.set(
        name,
        steps.map(() => null)
      );
    }
  }
  steps.push(bin.step);
  series.forEach((values, name) => values.push(bin.means.get(name)?.value ?? null));
}
