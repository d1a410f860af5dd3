export type { Executor, Job, Outcome, Runner } from './executor';
export { inProcess } from './inProcess';
export { ray } from './ray';
export type { RayOptions } from './ray';
export { workers } from './workers';
export type { WorkersOptions } from './workers';
