export { lowRank, mixedPrecision, quantize, quantizeAware, splitCodes } from '../transform/compress';
export type {
  LowRankOptions,
  LowRankReport,
  MixedPrecision,
  MixedPrecisionOptions,
  QuantizeOptions,
  QuantizeReport,
  QuantizerOptions,
  SplitCodesOptions
} from '../transform/compress';
export { dynamicalLowRank } from '../train/lowRank';
export type { DynamicalLowRankOptions, DynamicalLowRankResult } from '../train/lowRank';
