import type { TrainingPayload } from '../protocol';
import { TRAINING } from './liveKinds';
import { RunWatcher } from './runWatcher';
import type { WatchOptions } from './runWatcher';

/** As `show.routing()`, for a network without routers: its scalars over time. */
export function training(options: WatchOptions = {}): RunWatcher<TrainingPayload> {
  return new RunWatcher(TRAINING, options);
}
