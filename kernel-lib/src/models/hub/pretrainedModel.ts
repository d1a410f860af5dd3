import type { PretrainedTransformer } from './pretrained';
import type { PretrainedEncoderDecoder } from './pretrainedEncoderDecoder';

/** What `models.open` gives. */
export type PretrainedModel = PretrainedTransformer | PretrainedEncoderDecoder;
