export type { BlockModel, BlockModelOptions, BlockSharing } from './blockModel';
export type {
  DenseFeedForward,
  FeedForwardSpec,
  VersatileFeedForward,
  MoeFeedForward,
  NoFeedForward,
  TokenIndexedFeedForward
} from './feedForward';
export { Mlp, mlp } from './mlp';
export type { MlpOptions } from './mlp';
export { moduleFlops, sumFlops } from './moduleFlops';
export type { ModuleFlops, ModuleFlopsOptions } from './moduleFlops';
export type { PathEnsemble } from './pathEnsemble';
export { RecurrentNetwork, recurrentNetwork } from './recurrent';
export type { RecurrentNetworkOptions } from './recurrent';
export { build, modelSpecs, resize, specOf } from './spec';
export type { ModelSpec } from './spec';
export type { TransformerSize } from './size';
export { unpack } from './unpack';
