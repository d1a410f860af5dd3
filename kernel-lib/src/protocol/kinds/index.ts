/**
 * @file What a kernel tells a panel. Values, never figures: a whole snapshot each time, at most 64 kB, NaN as null.
 * The JSON Schema in `schema/` is generated from these types. This folder imports nothing, so that the extension can
 * share it and a kernel in another language can follow it.
 *
 * Letters: S steps kept, L layers, E experts, K chosen, T tokens sampled, G domains, C token classes, M modules.
 */
import { checkChoices } from './choices';
import type { ChoicesPayload } from './choices';
import { checkDepthUsage } from './depthUsage';
import type { DepthUsagePayload } from './depthUsage';
import { checkGraphRewiring } from './graphRewiring';
import type { GraphRewiringPayload } from './graphRewiring';
import { checkLayerAmounts } from './layerAmounts';
import type { LayerAmountsPayload } from './layerAmounts';
import { checkMasks } from './masks';
import type { MasksPayload } from './masks';
import { checkMergeTree } from './mergeTree';
import type { MergeTreePayload } from './mergeTree';
import { checkPareto } from './pareto';
import type { ParetoPayload } from './pareto';
import { checkPruningGroups } from './pruningGroups';
import type { PruningGroupsPayload } from './pruningGroups';
import { checkRouterConfidence } from './routerConfidence';
import type { RouterConfidencePayload } from './routerConfidence';
import { checkRouting } from './routing';
import type { RoutingPayload } from './routing';
import { checkTimeline } from './timeline';
import type { TimelinePayload } from './timeline';
import { checkTraining } from './training';
import type { TrainingPayload } from './training';
import { checkTrial } from './trial';
import type { TrialPayload } from './trial';

/** One message of the contract. The kind decides the shape of `data`. */
export type Payload =
  | RoutingPayload
  | TrainingPayload
  | DepthUsagePayload
  | RouterConfidencePayload
  | MasksPayload
  | MergeTreePayload
  | ParetoPayload
  | GraphRewiringPayload
  | TimelinePayload
  | TrialPayload
  | LayerAmountsPayload
  | PruningGroupsPayload
  | ChoicesPayload;

/** A payload by its kind. */
export type PayloadOf<Kind extends Payload['kind']> = Extract<Payload, { kind: Kind }>;

/** The check of each kind's data. A new kind is a member above and a line here. */
export const DATA_CHECKS: Readonly<Record<Payload['kind'], (data: unknown, path: string) => void>> = {
  routing: checkRouting,
  training: checkTraining,
  'depth-usage': checkDepthUsage,
  'router-confidence': checkRouterConfidence,
  masks: checkMasks,
  'merge-tree': checkMergeTree,
  pareto: checkPareto,
  'graph-rewiring': checkGraphRewiring,
  timeline: checkTimeline,
  trial: checkTrial,
  'layer-amounts': checkLayerAmounts,
  'pruning-groups': checkPruningGroups,
  choices: checkChoices
};

export type { Choice, ChoiceOption, ChoicesData, ChoicesPayload } from './choices';
export { meanUsage } from './depthUsage';
export type { DepthSample, DepthUsageData, DepthUsagePayload } from './depthUsage';
export type {
  GraphEdge,
  GraphNode,
  GraphRewiringData,
  GraphRewiringPayload,
  GraphSensitivity,
  GraphSize
} from './graphRewiring';
export { latestAmounts } from './layerAmounts';
export type { LayerAmountsData, LayerAmountsPayload } from './layerAmounts';
export type { Cost, MaskGroup, MaskParts, MasksData, MasksPayload } from './masks';
export type { ExpertTree, Merge, MergeTreeData, MergeTreePayload } from './mergeTree';
export type { ParetoAxis, ParetoData, ParetoLine, ParetoPayload, ParetoPoint } from './pareto';
export type { GroupMember, PruningGroupsData, PruningGroupsPayload, SharedAxis } from './pruningGroups';
export { meanAgreement } from './routerConfidence';
export type { LayerConfidence, RouterConfidenceData, RouterConfidencePayload } from './routerConfidence';
export { isRouting } from './routing';
export type { InternalsHistory, RouterInternals, ScoreBins } from '../routerInternals';
export type { ExpertContext, LayerRouting, RoutingData, RoutingHistory, RoutingPayload, TokenShare } from './routing';
export { busyTime, lastEnd } from './timeline';
export type { Span, TimelineData, TimelinePayload } from './timeline';
export type { TrainingData, TrainingPayload } from './training';
export { bestSoFar } from './trial';
export type { Trial, TrialData, TrialObjective, TrialParameter, TrialPayload, TrialSteps } from './trial';
