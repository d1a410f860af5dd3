/** @file Whether a run can be held and stopped, and why not. */
import type { IRun } from '../base/payloads';
import { isUnderWay } from './isUnderWay';
import type { IControlState, RunControls } from './runControls';

/** Asks the kernel only of a run that it has; `controls` is null where there is no notebook. */
export function controlState(run: IRun | undefined, controls: RunControls | null): IControlState {
  const nothing = { why: 'nothing', status: null } as const;
  return run === undefined || !run.live || !isUnderWay(run) ? nothing : (controls?.state(run) ?? nothing);
}
