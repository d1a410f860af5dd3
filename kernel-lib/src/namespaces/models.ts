export {
  build,
  Mlp,
  mlp,
  modelSpecs,
  moduleFlops,
  RecurrentNetwork,
  recurrentNetwork,
  specOf,
  sumFlops,
  unpack
} from '../models';
export type {
  BlockModel,
  BlockModelOptions,
  BlockSharing,
  DenseFeedForward,
  FeedForwardSpec,
  MlpOptions,
  ModelSpec,
  ModuleFlops,
  ModuleFlopsOptions,
  PathEnsemble,
  RecurrentNetworkOptions,
  VersatileFeedForward,
  MoeFeedForward,
  NoFeedForward,
  TokenIndexedFeedForward,
  TransformerSize
} from '../models';
export {
  families,
  HubTokenizer,
  open,
  openTokenizer,
  PretrainedEncoderDecoder,
  PretrainedTransformer
} from '../models/hub';
export type { ExportOptions, OpenDtype, OpenOptions } from '../models/hub';
export type { LogitsOptions, ModelCard } from '../models/hub';
export type { PretrainedModel } from '../models/hub';
export type { ChatMessage } from '../models/hub';
export type { Generated, GenerateOptions, SamplerOptions } from '../models/hub';
export type { GenerationInfo, GenerationPass, GenerationWatcher } from '../models/hub';
export { GraphNetwork, graphNetwork, LightGCN, lightGcn, TextGraph, TextPairJudge } from '../models/graph';
export type {
  GraphNetworkOptions,
  LightGcnOptions,
  MaskedTexts,
  TextGraphOptions,
  TextPairJudgeOptions
} from '../models/graph';
export {
  activeFlops,
  denseTransformer,
  denseTwin,
  DECODER_IDS,
  duoLLM,
  EncoderDecoder,
  mixtureOfTransformers,
  moeTransformer,
  TextEncoder,
  Transformer,
  versatileFFN,
  wideNet
} from '../models/language';
export type {
  ActiveFlopsOptions,
  DenseTransformerOptions,
  DuoLLMOptions,
  EncoderDecoderOptions,
  MixtureOfTransformersOptions,
  ModalityOptions,
  MoeTransformerOptions,
  TextEncoderOptions,
  TransformerOptions,
  UntiedPart,
  VersatileFFNModelOptions,
  WideNetOptions
} from '../models/language';
export {
  LABELS,
  mixTokens,
  revertTokens,
  SessionTransformer,
  SlateGru,
  slateLogits,
  slateLoss,
  tokenMixer
} from '../models/recommendation';
export type {
  SessionTransformerOptions,
  SlateGruOptions,
  SlateNetworkOptions,
  SlateViews,
  TokenMixer,
  TokenMixerMoe,
  TokenMixerOptions
} from '../models/recommendation';
export {
  assembleUnet,
  ConvNetwork,
  lcnet,
  mobileNetV4,
  Resnet,
  resnet,
  shuffleNetV2,
  Tower,
  Unet,
  unet,
  VisionTransformer,
  vit
} from '../models/vision';
export type {
  BottleneckChoices,
  ConvBlock,
  ConvNetworkOptions,
  LcnetOptions,
  MobileNetV4Options,
  ResnetOptions,
  ShuffleNetV2Options,
  TowerOptions,
  UibBlock,
  UnetOptions,
  VisionTransformerOptions,
  VitOptions
} from '../models/vision';
export { multipleChoice } from '../study/analysis/multipleChoice';
export type { ChoiceQuestion, ChoiceResult, MultipleChoice } from '../study/analysis/multipleChoice';
export { perplexity } from '../study/analysis/perplexity';
export type { Perplexity, PerplexityOptions } from '../study/analysis/perplexity';
export { mapFeedForwards, sparsifyAttention, untie, upcycle } from '../transform/models';
export type {
  FeedForwardModule,
  SparsifyAttentionOptions,
  SparsifyAttentionReport,
  UpcycleModelsOptions
} from '../transform/models';
export type { AttentionShape, BlockParts } from '../nn/layers';
