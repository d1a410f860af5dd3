export { classification } from './classification';
export type { ClassificationMetrics, ClassificationOptions, LabelledBatch, LabelledData } from './classification';
export { distillation } from './distillation';
export type { DistillationOptions } from './distillation';
export { featureDistillation } from './featureDistillation';
export type { FeatureDistillationOptions } from './featureDistillation';
export { flow } from './flow';
export type { FlowBatch, FlowOptions } from './flow';
export { flowPosterior } from './flowPosterior';
export type { FlowPosteriorOptions } from './flowPosterior';
export { language } from './language';
export type { Evaluation, LanguageOptions, LanguageTask } from './language';
export { metaPruning } from './metaPruning';
export type { MetaBatch, MetaPruningOptions } from './metaPruning';
export { moduleDistillation } from './moduleDistillation';
export type { ModuleDistillationOptions } from './moduleDistillation';
export { graphClassification } from './graphClassification';
export type {
  GraphBatch,
  GraphClassificationOptions,
  GraphClassificationTask,
  LabelledGraphs
} from './graphClassification';
export { nodeClassification } from './nodeClassification';
export type { NodeBatch, NodeChoice, NodeClassificationOptions, NodeClassificationTask } from './nodeClassification';
export { pathDistillation } from './pathDistillation';
export type { PathDistillationOptions } from './pathDistillation';
export { regression } from './regression';
export type { RegressionMetrics, RegressionOptions, TargetData } from './regression';
export { scoreMatching } from './scoreMatching';
export type { ScoreMatchingOptions } from './scoreMatching';
export { sourceLocalization } from './sourceLocalization';
export type {
  LocatedSources,
  SnapshotBatch,
  SourceLocalizationOptions,
  SourceLocalizationTask,
  SourceMetrics
} from './sourceLocalization';
export type { Examples, LogitTask, Metrics, Task, TextSource } from './task';
