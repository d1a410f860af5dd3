import { dag, growth, regnet, Space, spaceOf, uib } from '../search/space';
import type { Domain, SpaceOptions } from '../search/space';

/**
 * A search space of labelled choices: `space({ layers: integer(1, 8), kernel: categorical([3, 5, 7]) })`.
 *
 * @throws {SwitchyardError} for labels that cannot be or are there twice, counts and conditions that name no choice, and no choice at all.
 */
function makeSpace(choices: Readonly<Record<string, Domain>>, options: SpaceOptions = {}): Space {
  return new Space(choices, options);
}

/** Spaces: of choices that you give, or read from a model. */
export const space = Object.assign(makeSpace, { of: spaceOf, dag, growth, regnet, uib });
export {
  categorical,
  float,
  graphFeatures,
  graphMeasures,
  group,
  integer,
  randomGraph,
  regnetStages,
  repeated,
  simplex,
  uibBlocks,
  when
} from '../search/space';
export type {
  ArchitectureGraph,
  ArchitecturePart,
  Candidate,
  Categorical,
  ChoiceValue,
  Condition,
  Conditional,
  DagSpace,
  DagSpaceOptions,
  Domain,
  Draws,
  FloatRange,
  GraphFeaturesOptions,
  GraphMeasures,
  Group,
  GrowthSpaceOptions,
  IntegerRange,
  Leaf,
  ModelSpace,
  ModelSpaceOptions,
  RandomGraph,
  RandomGraphOptions,
  RegnetOptions,
  RegnetSpaceOptions,
  Stage,
  Point,
  Repeated,
  Simplex,
  Space,
  SpaceConstraint,
  SpaceData,
  SpaceOptions,
  UibSpaceOptions,
  UibStage
} from '../search/space';
export { crowding, dominates, hypervolume, kendall, knee, nonDominated, paretoRanks } from '../base/math';
export {
  agedEvolution,
  asha,
  bayesian,
  conservative,
  genetic,
  grid,
  hyperband,
  localSearch,
  optuna,
  ppo,
  proposer,
  random,
  reinforce,
  strategies,
  surrogate
} from '../search/strategy';
export type {
  AgedEvolutionOptions,
  AshaOptions,
  BayesianOptions,
  ConservativeOptions,
  GeneticOptions,
  GridOptions,
  HyperbandOptions,
  LocalSearchOptions,
  OptunaOptions,
  PpoOptions,
  Proposal,
  ArchiveEntry,
  ProposerOptions,
  ReinforceOptions,
  RungOptions,
  Searcher,
  Setting,
  Strategy,
  SurrogateOptions,
  Told
} from '../search/strategy';
export { extrapolate, nasBenchGraph, tabular, tabularFile, trainCandidate } from '../search/evaluator';
export type {
  Evaluate,
  EvaluateFile,
  GraphTable,
  Library,
  Measured,
  NasBenchGraphOptions,
  RunningTrial,
  TabularFile,
  TabularFileOptions,
  TabularOptions,
  TrainCandidateOptions
} from '../search/evaluator';
export { mobileNetV4Parts } from '../models/vision';
export type { ImageSize, MobileNetV4Part } from '../models/vision';
export { latencyError, latencyTable, LatencyTable, openLatencyTable } from '../search/latency';
export type {
  LatencyError,
  LatencyErrorOptions,
  LatencyLimit,
  LatencyPart,
  LatencyTableData,
  LatencyTableOptions,
  OpenLatencyTableOptions,
  PartsOf
} from '../search/latency';
export type { Timed, TimingOptions } from '../base/core';
export { inProcess, ray, workers } from '../search/executor';
export type { Executor, Job, Outcome, RayOptions, Runner, WorkersOptions } from '../search/executor';
export type { Objective, StoredTrial } from '../search/storage';
export { edf, importance, Study, study } from '../search/studies';
export type {
  ChoiceImportance,
  Edf,
  Importance,
  ImportanceOptions,
  Limit,
  StudyInfo,
  StudyOptions,
  StudyResult,
  StudyTrialResult,
  StudyWatcher
} from '../search/studies';
export * as generate from '../search/generate';
export * as predictors from '../search/predictors';
export * as proxies from '../search/proxies';
export {
  darts,
  interpolateChannels,
  messageNetwork,
  MessageNetwork,
  MixedOperation,
  proliferate,
  reduceFlow,
  relationNetwork,
  RelationNetwork,
  searchDag,
  settle,
  taskDag,
  TaskDag,
  widthDepth
} from '../search/differentiable';
export type {
  AlternateOptions,
  DartsOptions,
  DartsReport,
  FlowGraph,
  GraphOperation,
  MessageNetworkOptions,
  MixedOperationOptions,
  NodeOperation,
  ProliferateOptions,
  ProliferateReport,
  ReducedFlow,
  RelationNetworkOptions,
  RelationOperation,
  SearchDagOptions,
  TaskDagOptions,
  WidthDepthOptions,
  WidthDepthReport
} from '../search/differentiable';
