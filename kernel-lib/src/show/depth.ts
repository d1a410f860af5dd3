import type { DepthUsagePayload } from '../protocol';
import type { DepthRecorder } from '../study/telemetry';
import { DEPTH_USAGE } from './liveKinds';
import { RunWatcher } from './runWatcher';
import type { DepthWatchOptions } from './runWatcher';

/**
 * Watches how much of each layer the tokens of a run take: those that go on from a layer that merges or drops the rest
 * (`adaptive.tokenReorganize`), or the steps that they are worth (`adaptive.matchingPursuit`). As `show.routing()` otherwise.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function depth(options: DepthWatchOptions = {}): RunWatcher<DepthUsagePayload, DepthRecorder> {
  return new RunWatcher(DEPTH_USAGE, options);
}
