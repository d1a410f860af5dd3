/**
 * @file What a kernel tells a panel. Values, never figures: a whole snapshot each time, at most 64 kB, NaN as null.
 * The JSON Schema in `schema/` is generated from these types. This folder imports nothing, so that the extension can
 * share it and a kernel in another language can follow it.
 *
 * Letters: S steps kept, L layers, E experts, K chosen, T tokens sampled, G domains, C token classes, M modules.
 */
import type { DepthUsagePayload } from './depthUsage';
import type { GraphRewiringPayload } from './graphRewiring';
import type { MasksPayload } from './masks';
import type { MergeTreePayload } from './mergeTree';
import type { ParetoPayload } from './pareto';
import type { RouterConfidencePayload } from './routerConfidence';
import type { RoutingPayload } from './routing';
import type { TimelinePayload } from './timeline';
import type { TrainingPayload } from './training';

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
  | TimelinePayload;

export type { DepthSample, DepthUsageData, DepthUsagePayload } from './depthUsage';
export type { Envelope, Source } from './envelope';
export type { GraphEdge, GraphNode, GraphRewiringData, GraphRewiringPayload } from './graphRewiring';
export type { Cost, MaskGroup, MasksData, MasksPayload } from './masks';
export type { ExpertTree, Merge, MergeTreeData, MergeTreePayload } from './mergeTree';
export type { Count, Index, Magnitude, Name, Numeric, Packed, Positive, Share, Text } from './numbers';
export type { ParetoAxis, ParetoData, ParetoPayload, ParetoPoint } from './pareto';
export type { LayerConfidence, RouterConfidenceData, RouterConfidencePayload } from './routerConfidence';
export type { LayerRouting, RoutingData, RoutingHistory, RoutingPayload, TokenShare } from './routing';
export type { Span, TimelineData, TimelinePayload } from './timeline';
export type { EarlierChoices, TokenSample } from './tokenSample';
export type { TrainingData, TrainingPayload } from './training';
