export { checkTiming, passOf, timePasses } from './timePasses';
export type { Timed, TimingOptions } from './timePasses';
