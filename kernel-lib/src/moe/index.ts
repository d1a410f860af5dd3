export * as analysis from './analysis';
export { capacityThreshold } from './capacityThreshold';
export type { CapacityThresholdOptions } from './capacityThreshold';
export type { ExpertBank, ExpertShape, ExpertSpec } from './expertBank';
export { ExpertConv, expertConv } from './expertConv';
export type { ExpertConvOptions } from './expertConv';
export { gatedExperts } from './gatedExperts';
export type { GatedExpertsOptions } from './gatedExperts';
export { isMoeLayer } from './isMoeLayer';
export { layer } from './layer';
export type { MoeLayer, MoeLayerOptions } from './layer';
export { metaDistill } from './metaDistill';
export type { Fused, MetaDistill, MetaDistillOptions } from './metaDistill';
export { neighbourConsistencyLoss } from './neighbourConsistencyLoss';
export { plainExperts } from './plainExperts';
export type { PlainExpertsOptions } from './plainExperts';
export { schedule } from './schedule';
export type { ScheduleOptions, ScheduleShape } from './schedule';
export {
  aliasedExperts,
  attentionHeads,
  AttentionMixture,
  attentionMixture,
  averagedExperts,
  constantExperts,
  copyExperts,
  lowRankExperts,
  mixedExperts,
  MODALITY_IDS,
  modulatedExperts,
  multiHead,
  multiHeadParity,
  ownedElsewhere,
  rethink,
  sharedGroup,
  sharedSlices,
  TASK_IDS,
  taskFeedForward,
  TeacherAggregator,
  TOKEN_IDS,
  tokenIndexed,
  Untied,
  untied,
  zeroExperts
} from './experts';
export type {
  AliasedExpertsOptions,
  AttentionHeads,
  AttentionHeadsOptions,
  AttentionMixtureOptions,
  AveragedExpertsOptions,
  LowRankExpertsOptions,
  MixedPart,
  ModulatedExpertsOptions,
  MultiHeadMoe,
  MultiHeadOptions,
  MultiHeadParity,
  MultiHeadParityOptions,
  Rethink,
  RethinkOptions,
  SharedGroup,
  SharedGroupOptions,
  SharedSlicesOptions,
  TaskFeedForward,
  TaskFeedForwardOptions,
  TeacherAggregatorOptions,
  TokenIndexed,
  TokenIndexedOptions,
  UntiedOptions
} from './experts';
export {
  averageToDense,
  carve,
  compressExperts,
  expertDistances,
  expertStatistics,
  linkage,
  mergeExperts,
  priorApproximateLoss,
  pruneExperts,
  stableRank,
  upcycle
} from './transform';
export type {
  CarvedScores,
  CarveOptions,
  CarveReport,
  CompressOptions,
  CompressReport,
  DenseNetwork,
  ExpertImportance,
  ExpertStatistics,
  Join,
  LinkageMethod,
  MergeOptions,
  MergeReport,
  NeuronGrouping,
  PruneExpertsOptions,
  PruneExpertsReport,
  TransformReport,
  UpcycleOptions,
  UpcycleReport
} from './transform';
