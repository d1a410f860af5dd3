import { ENVIRONMENT_MIME_TYPE, environmentRecord, environmentText } from '../environment';
import type { EnvironmentOptions } from '../environment';
import { publish } from './publish';

/**
 * Shows what this run's numbers depend on in an output of the running cell: versions, machine, device, threads,
 * lockfile, commit, and the seeds and data that are named. `switchyard verify` compares it when it runs the notebook
 * again. Does nothing outside a notebook.
 *
 * @throws {SwitchyardError} where a seed is no non-negative integer, or data has no hash.
 */
export function environment(options: EnvironmentOptions = {}): void {
  const record = environmentRecord(options);
  publish({ [ENVIRONMENT_MIME_TYPE]: record, 'text/plain': environmentText(record) });
}
