export { addSidebar } from './addSidebar';
export { ComesForward } from './comesForward';
export { listRuns, matches } from './listRuns';
export type { IListedRun, IRunRow } from './listRuns';
export { RoutingSidebar } from './routingSidebar';
export type { RunHandle } from './runHandle';
