export { mixedPrecision, quantize, quantizeAware } from '../transform/compress';
export type {
  MixedPrecision,
  MixedPrecisionOptions,
  QuantizeOptions,
  QuantizeReport,
  QuantizerOptions
} from '../transform/compress';
