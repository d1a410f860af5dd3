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
 * Named series of any length kept in at most `capacity` bins: each bin is the mean over `stride` steps, and the stride
 * doubles whenever the bins are full. What is kept depends on the steps alone, never on the time, so a run repeated
 * gives the same history. A bin bears its last step.
 */
export class Binned<V> {
  private readonly steps: number[] = [];
  private readonly series = new Map<string, (V | null)[]>();
  private pending: Pending<V> = { adds: 0, step: 0, means: new Map() };
  private stride = 1;

  /** @param capacity - Bins kept; even. */
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
      if (this.steps.length === this.capacity) {
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

  private halve(): void {
    const { steps, series } = thin({ steps: this.steps, series: this.series }, this.capacity / 2, this.blend);
    this.steps.splice(0, Infinity, ...steps);
    series.forEach((values, name) => this.series.set(name, values));
    this.stride *= 2;
  }
}

/** The same series in at most `max` bins, each the mean of as many neighbours; a bin bears its last step. */
export function thin<V>({ steps, series }: BinnedSeries<V>, max: number, blend: Blend<V>): BinnedSeries<V> {
  const size = Math.max(1, Math.ceil(steps.length / max));
  if (size === 1) {
    return { steps, series };
  }
  const bins = Math.ceil(steps.length / size);
  const lastSteps = Array.from({ length: bins }, (_, i) => steps[Math.min(steps.length, (i + 1) * size) - 1]);
  const joined = Array.from(series, ([name, values]): [string, (V | null)[]] => [
    name,
    Array.from({ length: bins }, (_, i) => mean(values, i * size, size, blend))
  ]);
  return { steps: lastSteps, series: new Map(joined) };
}

/** Mean of `size` values from `start`, nulls left out. */
function mean<V>(values: readonly (V | null)[], start: number, size: number, blend: Blend<V>): V | null {
  let result: V | null = null;
  let count = 0;
  for (let i = start; i < Math.min(start + size, values.length); i++) {
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
