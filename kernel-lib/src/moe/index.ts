export type { ExpertBank, ExpertShape, ExpertSpec } from './expertBank';
export { gatedExperts } from './gatedExperts';
export type { GatedExpertsOptions } from './gatedExperts';
export { layer } from './layer';
export type { MoeLayer, MoeLayerOptions } from './layer';
export { plainExperts } from './plainExperts';
export type { PlainExpertsOptions } from './plainExperts';
export {
  aliasedExperts,
  averagedExperts,
  constantExperts,
  copyExperts,
  lowRankExperts,
  mixedExperts,
  modulatedExperts,
  multiHead,
  ownedElsewhere,
  TOKEN_IDS,
  tokenIndexed,
  zeroExperts
} from './experts';
export type {
  AliasedExpertsOptions,
  AveragedExpertsOptions,
  LowRankExpertsOptions,
  MixedPart,
  ModulatedExpertsOptions,
  MultiHeadMoe,
  MultiHeadOptions,
  TokenIndexed,
  TokenIndexedOptions
} from './experts';
export {
  averageToDense,
  carve,
  compressExperts,
  expertStatistics,
  mergeExperts,
  pruneExperts,
  stableRank,
  upcycle
} from './transform';
export type {
  CarveOptions,
  CarveReport,
  CompressOptions,
  CompressReport,
  DenseNetwork,
  ExpertImportance,
  ExpertStatistics,
  MergeOptions,
  MergeReport,
  NeuronGrouping,
  PruneExpertsOptions,
  PruneExpertsReport,
  TransformReport,
  UpcycleOptions,
  UpcycleReport
} from './transform';
