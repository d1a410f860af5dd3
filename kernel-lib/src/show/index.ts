export type { Bundle } from './bundle';
export { environment } from './environment';
export { Figure, figure } from './figure';
export type { FigureOptions } from './figure';
export { payload } from './payload';
export { routing } from './routing';
export { RunWatcher } from './runWatcher';
export type { RoutingWatchOptions, WatchOptions } from './runWatcher';
export { training } from './training';
