export type { AlternateOptions } from './alternate';
export { darts, settle } from './darts';
export type { DartsOptions, DartsReport } from './darts';
export { interpolateChannels } from './interpolateChannels';
export { MixedOperation } from './mixedOperation';
export type { MixedOperationOptions } from './mixedOperation';
export { widthDepth } from './widthDepth';
export type { WidthDepthOptions, WidthDepthReport } from './widthDepth';
