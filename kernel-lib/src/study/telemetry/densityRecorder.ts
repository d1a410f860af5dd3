import { expectInteger } from '../../base/core';
import type { Observer, PublishedEvent } from '../../base/core';
import { MAX_HISTORY_STEPS, MAX_SCALARS } from '../../protocol';
import type { LayerAmountsData, Numeric } from '../../protocol';
import { Binned } from './binned';
import { blendNumbers } from './blends';

/**
 * Records the share of each parameter that its mask leaves, step by step, with the run's scalars. A schedule of pruning tells it of masks where they change
 * (`train.fit(model, task, { pruning, watch: show.density() })`); at steps between, each density stays. What it keeps does not grow with the run.
 */
export function densityRecorder(): DensityRecorder {
  return new DensityRecorder();
}

/** See {@link densityRecorder}. */
export class DensityRecorder implements Observer<'mask'> {
  readonly kinds = ['mask'] as const;
  private readonly densities = new Map<string, number>();
  private readonly history = new Binned(MAX_HISTORY_STEPS, blendNumbers);
  private readonly scalarNames = new Set<string>();
  private lastStep = -1;

  observe({ path, kept }: PublishedEvent<'mask'>): void {
    this.densities.set(path, kept.reduce((sum, each) => sum + each, 0) / kept.length);
  }

  /** Does nothing: batches say nothing of masks. */
  batch(): void {
    return;
  }

  /**
   * Ends a step, with these scalars.
   *
   * @throws {SwitchyardError} where `step` is not above the step before.
   */
  step(step: number, scalars: Readonly<Record<string, number>> = {}): void {
    expectInteger('DensityRecorder.step', 'step', step, this.lastStep + 1);
    this.lastStep = step;
    const known = Object.entries(scalars).filter(([name, value]) => Number.isFinite(value) && this.holds(name));
    this.history.add(step, [
      ...known.map(([name, value]): [string, number] => [`scalar ${name}`, value]),
      ...[...this.densities].map(([path, value]): [string, number] => [`layer ${path}`, value])
    ]);
  }

  /** Whether a scalar is one of those that a payload has room for: the first that came. */
  private holds(name: string): boolean {
    return this.scalarNames.has(name) || (this.scalarNames.size < MAX_SCALARS && this.scalarNames.add(name).has(name));
  }

  /** Everything recorded, as a payload holds it; exact and unbounded, see `telemetry.bound`. */
  data(): LayerAmountsData {
    const { steps, series } = this.history.read();
    const column = (name: string): Numeric[] => series.get(name) ?? steps.map(() => null);
    const layers = [...this.densities.keys()];
    return {
      ...{ measure: 'density', unit: '', share: true, layers, steps, states: [] },
      amounts: layers.map((path) => column(`layer ${path}`)),
      most: [],
      scalars: Object.fromEntries([...this.scalarNames].map((name) => [name, column(`scalar ${name}`)]))
    };
  }
}
