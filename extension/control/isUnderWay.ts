/** @file Whether a run is one that its kernel holds and stops, and has not said that it is over. */
import type { IRun } from '../base/payloads';
import { kindOf } from '../kinds';

/** The kernel's word over the control comm comes before its last snapshot. */
export function isUnderWay(run: IRun): boolean {
  const { reading, told = 'running' } = run;
  return (
    isSteered(run) &&
    'payload' in reading &&
    reading.payload.source.status === 'running' &&
    (told === 'running' || told === 'paused')
  );
}

/** Whether it is a run that a kernel does step by step, and no picture of something. */
export function isSteered({ reading }: IRun): boolean {
  return 'payload' in reading && kindOf(reading.payload).steered === true;
}
