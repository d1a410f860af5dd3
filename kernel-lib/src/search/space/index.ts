export { architectureOf, chain, moduleParts } from './architectureOf';
export type { ArchitectureGraph, ArchitecturePart } from './architectureOf';
export type { Candidate } from './candidateOf';
export type { SpaceConstraint } from './constraint';
export { categorical, float, group, integer, repeated, simplex, when } from './domain';
export type {
  Categorical,
  ChoiceValue,
  Conditional,
  Domain,
  FloatRange,
  Group,
  IntegerRange,
  Repeated,
  Simplex
} from './domain';
export { isActive } from './leaf';
export type { Condition, Leaf, Point } from './leaf';
export { ModelSpace, spaceOf } from './ofModel';
export type { ModelSpaceOptions } from './ofModel';
export { Space } from './space';
export type { Draws, SpaceData, SpaceOptions } from './space';
export { dag, DagSpace } from './dag';
export type { DagSpaceOptions } from './dag';
export { growth } from './growth';
export type { GrowthSpaceOptions } from './growth';
export { regnet, regnetStages } from './regnet';
export type { RegnetOptions, RegnetSpaceOptions, Stage } from './regnet';
export { graphFeatures } from './graphFeatures';
export type { GraphFeaturesOptions } from './graphFeatures';
export { graphMeasures } from './graphMeasures';
export type { GraphMeasures } from './graphMeasures';
export { randomGraph } from './randomGraph';
export type { RandomGraph, RandomGraphOptions } from './randomGraph';
export { uib, uibBlocks } from './uib';
export type { UibSpaceOptions, UibStage } from './uib';
