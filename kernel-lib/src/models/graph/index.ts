export { LightGCN, lightGcn } from './lightGcn';
export type { LightGcnOptions } from './lightGcn';
export { GraphNetwork, graphNetwork } from './network';
export type { GraphNetworkOptions } from './network';
export { TextGraph } from './textGraph';
export type { MaskedTexts, TextGraphOptions } from './textGraph';
export { TextPairJudge } from './textPairJudge';
export type { TextPairJudgeOptions } from './textPairJudge';
