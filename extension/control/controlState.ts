/** @file Whether a run can be held and stopped, or asked for more after its end, and why not. */
import type { IRun } from '../base/payloads';
import { isSteered, isUnderWay } from './isUnderWay';
import type { IControlState, RunControls } from './runControls';

/** Where there is nothing to hold. */
const NOTHING: IControlState = { why: 'nothing', status: null };

/** Asks the kernel only of a run that it has; `controls` is null where there is no notebook. */
export function controlState(run: IRun | undefined, controls: RunControls | null): IControlState {
  return run === undefined || !run.live || !isUnderWay(run) ? NOTHING : (controls?.state(run) ?? NOTHING);
}

/** Asks the kernel that told of a run how it is after its end: as long as it keeps the model, texts are routed in it. */
export function overState(run: IRun | undefined, controls: RunControls | null): IControlState {
  if (run === undefined || controls === null || !run.live || !isSteered(run) || isUnderWay(run)) {
    return NOTHING;
  }
  // A kernel that never said anything of the run is not asked, nor called to account.
  const state = run.told !== undefined || controls.knows(run) ? controls.state(run) : NOTHING;
  return state.status === null ? NOTHING : { ...state, over: true };
}
