export type { CalibrationTask, Importance } from './importance';
export { magnitude } from './magnitude';
export type { MagnitudeOptions } from './magnitude';
export { random } from './random';
export { taylor } from './taylor';
export type { TaylorOptions } from './taylor';
