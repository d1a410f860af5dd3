/** @file Whether a run can be held and stopped, and why not. */
import type { IRun } from '../base/payloads';
import { kindOf } from '../kinds';
import type { IControlState, RunControls } from './runControls';

/** Asks the kernel only of a run under way; `controls` is null where there is no notebook. */
export function controlState(run: IRun | undefined, controls: RunControls | null): IControlState {
  if (run === undefined || !isUnderWay(run)) {
    return { why: 'nothing', status: null };
  }
  return controls?.state(run) ?? { why: 'no-kernel', status: null };
}

function isUnderWay({ reading }: IRun): boolean {
  return (
    'payload' in reading && kindOf(reading.payload).steered === true && reading.payload.source.status === 'running'
  );
}
