/** @file Whether a run is one that its kernel holds and stops, and has not said that it is over. */
import type { IRun } from '../base/payloads';
import { kindOf } from '../kinds';

/** The kernel's word over the control comm comes before its last snapshot. */
export function isUnderWay({ reading, told = 'running' }: IRun): boolean {
  return (
    'payload' in reading &&
    kindOf(reading.payload).steered === true &&
    reading.payload.source.status === 'running' &&
    (told === 'running' || told === 'paused')
  );
}
