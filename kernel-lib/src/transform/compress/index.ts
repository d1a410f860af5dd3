export { lowRank } from './lowRank';
export type { LowRankOptions, LowRankReport } from './lowRank';
export { mixedPrecision } from './mixedPrecision';
export type { MixedPrecision, MixedPrecisionOptions } from './mixedPrecision';
export { quantize, quantizeAware } from './quantize';
export type { QuantizeOptions, QuantizeReport } from './quantize';
export type { QuantizerOptions } from './quantizer';
export { splitCodes } from './splitCodes';
export type { SplitCodesOptions } from './splitCodes';
