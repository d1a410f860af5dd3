export { mixTokens, revertTokens } from './mixTokens';
export { SessionTransformer } from './sessionTransformer';
export type { SessionTransformerOptions } from './sessionTransformer';
export { SlateRecommender } from './slateRecommender';
export type { SlateHistory, SlateOptions, SlateRecommenderOptions } from './slateRecommender';
export { LABELS } from './tokenMixerStack';
export { tokenMixer } from './tokenMixer';
export type { TokenMixer, TokenMixerOptions } from './tokenMixer';
export type { TokenMixerMoe } from './tokenMixerBlock';
