export { activate, activateGate, ACTIVATIONS } from './activation';
export type { Activation } from './activation';
export { attend, attendHeads, causalMask } from './attend';
export type { AttendOptions, HeadsOptions } from './attend';
export { CausalSelfAttention } from './causalSelfAttention';
export type { CausalSelfAttentionOptions } from './causalSelfAttention';
export { Conv2d } from './conv2d';
export type { Conv2dOptions } from './conv2d';
export { BatchNorm } from './batchNorm';
export type { BatchNormOptions } from './batchNorm';
export { channelShuffle } from './channelShuffle';
export { CLASS_ATTENTION, ClassAttention } from './classAttention';
export { DepthwiseConv2d } from './depthwiseConv2d';
export type { DepthwiseConv2dOptions } from './depthwiseConv2d';
export { Dropout } from './dropout';
export type { DropoutOptions } from './dropout';
export { Embedding } from './embedding';
export type { EmbeddingOptions } from './embedding';
export { FeedForward, GatedFeedForward } from './feedForward';
export type { FeedForwardOptions } from './feedForward';
export { GroupedAttention } from './groupedAttention';
export type { GroupedAttentionChoices, GroupedAttentionOptions } from './groupedAttention';
export { constant, initialize, initializers, normal, uniformFanIn, xavierUniform } from './initializers';
export type { Initializer, InitializerShape } from './initializers';
export { LatentAttention } from './latentAttention';
export type { LatentAttentionChoices, LatentAttentionOptions } from './latentAttention';
export { LowRank } from './lowRank';
export { Linear } from './linear';
export type { LinearOptions } from './linear';
export { LayerNorm, RMSNorm } from './norms';
export type { NormOptions, RMSNormOptions } from './norms';
export { MultiQueryAttention } from './multiQueryAttention';
export type { MultiQueryAttentionOptions } from './multiQueryAttention';
export { ProductQuantizer } from './productQuantizer';
export type { ProductQuantizerOptions } from './productQuantizer';
export { Recurrent } from './recurrent';
export type { RecurrentOptions } from './recurrent';
export type { RecurrentCell } from './recurrentCells';
export { positionsOf } from './rotary';
export { rotaryFrequencies } from './rotaryFrequencies';
export type { RotaryOptions, RotaryScaling } from './rotaryFrequencies';
export { CrossAttention, ENCODED, RelativeAttention } from './relativeAttention';
export type { CrossAttentionChoices, RelativeAttentionChoices, RelativeAttentionOptions } from './relativeAttention';
export { SelfAttention } from './selfAttention';
export type { SelfAttentionOptions } from './selfAttention';
export { SparseSelfAttention } from './sparseSelfAttention';
export type { SparseSelfAttentionOptions } from './sparseSelfAttention';
export { SqueezeExcitation } from './squeezeExcitation';
export type { SqueezeExcitationOptions } from './squeezeExcitation';
export { Sequential } from './sequential';
export {
  causalAttention,
  classAttention,
  groupedAttention,
  crossAttention,
  latentAttention,
  layerNorm,
  noAttention,
  relativeAttention,
  rmsNorm,
  sparseAttention
} from './partSpecs';
export type { AttentionSpecOptions, NormSpecOptions, RMSNormSpecOptions } from './partSpecs';
export { attentionSpecs, betweenSpecs, normSpecs, partsOf } from './parts';
export type { AttentionShape, AttentionSpec, BetweenSpec, BlockParts, NormSpec } from './parts';
export { MeanField } from './meanField';
export type { MeanFieldOptions } from './meanField';
export { SelectiveStateSpace } from './selectiveStateSpace';
export type { SelectiveStateSpaceOptions } from './selectiveStateSpace';
