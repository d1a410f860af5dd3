/** @file Whether a run can be held and stopped, and why not. */
import type { Payload } from '@switchyard/kernel-lib/protocol';
import type { IRun } from '../base/payloads';
import type { IControlState, RunControls } from './runControls';

/** Kinds that a training sends; all others are pictures of what is done. */
const TRAINED: readonly Payload['kind'][] = ['routing', 'training'];

/** Asks the kernel only of a run under way; `controls` is null where there is no notebook. */
export function controlState(run: IRun | undefined, controls: RunControls | null): IControlState {
  if (run === undefined || !isUnderWay(run)) {
    return { why: 'nothing', status: null };
  }
  return controls?.state(run) ?? { why: 'no-kernel', status: null };
}

function isUnderWay({ reading }: IRun): boolean {
  return 'payload' in reading && TRAINED.includes(reading.payload.kind) && reading.payload.source.status === 'running';
}
