import type { RoutingPayload } from '../protocol';
import { ROUTING } from './liveKinds';
import { RunWatcher } from './runWatcher';
import type { RoutingWatchOptions } from './runWatcher';

/**
 * Watches a run's routing: `train.fit(model, data, { watch: show.routing() })`. In a notebook it shows one output that
 * follows the run, at most four times a second and at the end always; elsewhere it only records, for
 * `watcher.latest()`, `watcher.toSVG()` and `watcher.recorder`.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function routing(options: RoutingWatchOptions = {}): RunWatcher<RoutingPayload> {
  return new RunWatcher(ROUTING, options);
}
