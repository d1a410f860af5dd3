export { latencyError } from './latencyError';
export type { LatencyError, LatencyErrorOptions } from './latencyError';
export type { LatencyPart, PartsOf } from './latencyPart';
export { LatencyTable } from './latencyTable';
export type { LatencyLimit, LatencyTableData } from './latencyTable';
export { latencyTable } from './measureLatency';
export type { LatencyTableOptions } from './measureLatency';
export { openLatencyTable } from './openLatencyTable';
export type { OpenLatencyTableOptions } from './openLatencyTable';
