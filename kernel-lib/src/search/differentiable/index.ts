export { darts, settle } from './darts';
export type { DartsOptions, DartsReport } from './darts';
export { MixedOperation } from './mixedOperation';
export type { MixedOperationOptions } from './mixedOperation';
