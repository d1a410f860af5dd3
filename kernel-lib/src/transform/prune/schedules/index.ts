export { dynamicSparse } from './dynamicSparse';
export type { DynamicSparseOptions } from './dynamicSparse';
export { gradual } from './gradual';
export type { GradualOptions } from './gradual';
export type { PruningRun, PruningSchedule, StepState } from './schedule';
