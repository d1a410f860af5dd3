export { RunStatus } from './runStatus';
export { briefWords, underWay } from './underWay';
