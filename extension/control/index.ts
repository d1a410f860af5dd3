export { controlState } from './controlState';
export { RunControls } from './runControls';
export type { IControlState, NoControl } from './runControls';
