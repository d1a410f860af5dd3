import type { LayerAmountsPayload } from '../protocol';
import type { DensityRecorder } from '../study/telemetry';
import { DENSITY } from './liveKinds';
import { RunWatcher } from './runWatcher';
import type { WatchOptions } from './runWatcher';

/**
 * Watches how much of each layer a schedule of pruning leaves while it trains: `train.fit(model, task, { pruning: prune.gradual({ sparsity: 0.9 }),
 * watch: show.density() })`. Density by layer against the step, with the losses.
 */
export function density(options: WatchOptions = {}): RunWatcher<LayerAmountsPayload, DensityRecorder> {
  return new RunWatcher(DENSITY, options);
}
