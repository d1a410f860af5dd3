export {
  lowRank,
  lowRankSparse,
  mixedPrecision,
  productQuantize,
  quantize,
  quantizeAware,
  splitCodes
} from '../transform/compress';
export type {
  LowRankOptions,
  LowRankReport,
  LowRankSparseOptions,
  LowRankSparseParts,
  LowRankSparseReport,
  MixedPrecision,
  MixedPrecisionOptions,
  ProductQuantizeOptions,
  ProductQuantizeReport,
  QuantizeOptions,
  QuantizeReport,
  QuantizerOptions,
  SplitCodesOptions
} from '../transform/compress';
export { dynamicalLowRank } from '../train/lowRank';
export type { DynamicalLowRankOptions, DynamicalLowRankResult } from '../train/lowRank';
