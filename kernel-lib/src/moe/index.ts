export type { ExpertBank, ExpertShape, ExpertSpec } from './expertBank';
export { gatedExperts } from './gatedExperts';
export type { GatedExpertsOptions } from './gatedExperts';
export { layer } from './layer';
export type { MoeLayer, MoeLayerOptions } from './layer';
export { plainExperts } from './plainExperts';
export type { PlainExpertsOptions } from './plainExperts';
export { aliasedExperts, averagedExperts, lowRankExperts } from './experts';
export type { AliasedExpertsOptions, AveragedExpertsOptions, LowRankExpertsOptions } from './experts';
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
