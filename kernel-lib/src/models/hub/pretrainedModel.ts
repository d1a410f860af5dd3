import type { PretrainedTransformer } from './pretrained';
import type { PretrainedEncoderDecoder } from './pretrainedEncoderDecoder';

/** Model that `models.open` gives. */
export type PretrainedModel = PretrainedTransformer | PretrainedEncoderDecoder;
