export type { ExportOptions } from './exportModel';
export { families } from './families';
export type { Generated, GenerateOptions } from './generate/generate';
export type { SamplerOptions } from './generate/sampler';
export { open, openTokenizer } from './open';
export { PretrainedTransformer } from './pretrained';
export { HubTokenizer } from './tokenizer';
export type { ChatMessage } from './tokenizer';
