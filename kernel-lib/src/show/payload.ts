import { parsePayload } from '../protocol';
import type { Payload } from '../protocol';
import { publish } from './publish';
import { stillBundle } from './stillBundle';

/**
 * Shows a payload in an output of the running cell; does nothing outside a notebook.
 *
 * @throws {PayloadError} where it does not follow the contract.
 */
export function payload(value: Payload): void {
  const checked = parsePayload(value);
  publish(stillBundle(checked));
}
