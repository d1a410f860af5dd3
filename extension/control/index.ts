export { controlState, overState } from './controlState';
export { HeldRuns } from './heldRuns';
export { RunControls } from './runControls';
export type { IControlState, NoControl } from './runControls';
