export { HealthWatch } from './healthWatch';
export type { IWatchedRun } from './healthWatch';
export { RunStatus } from './runStatus';
export { briefWords, underWay } from './underWay';
