/** @file Whether a run is one that its kernel holds and stops, and has not said that it is over. */
import type { IRun } from '../base/payloads';
import { kindOf } from '../kinds';

export function isUnderWay({ reading }: IRun): boolean {
  return (
    'payload' in reading && kindOf(reading.payload).steered === true && reading.payload.source.status === 'running'
  );
}
