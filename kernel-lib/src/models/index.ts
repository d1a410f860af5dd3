export type { AttentionShape, BlockParts } from './block';
export type { BlockModel, BlockModelOptions, BlockSharing } from './blockModel';
export type { DenseMixer, Mixer, ModuleMixer, MoeMixer, TokenIndexedMixer } from './mixer';
export { moduleFlops, sumFlops } from './moduleFlops';
export type { ModuleFlops, ModuleFlopsOptions } from './moduleFlops';
export type { TransformerSize } from './size';
