import { parsePayload } from '../protocol';
import type { Payload } from '../protocol';
import { bundleOf } from './bundle';
import { publish } from './publish';
import { payloadSvg } from './svg';

/**
 * Shows a payload in an output of the running cell; does nothing outside a notebook.
 *
 * @throws {PayloadError} where it does not follow the contract.
 */
export function payload(value: Payload): void {
  const checked = parsePayload(value);
  publish(bundleOf(checked, payloadSvg(checked)));
}
