export { choicesOf, MAX_PACKED_EXPERTS, packChoices, packedLength } from './choices';
export {
  CONTROL_TARGET,
  MAX_PROBE_TEXT,
  parseControlDetails,
  parseControlRequest,
  parseControlStatus
} from './control';
export type { ControlDetails, ControlOpening, ControlRequest, ControlStatus } from './control';
export { jsonBytes } from './jsonBytes';
export { busyTime, lastEnd, meanAgreement, meanUsage } from './derived';
export {
  MAX_DEPTH_TOKENS,
  MAX_GRID,
  MAX_HISTORY_STEPS,
  MAX_LOAD_STEPS,
  MAX_POINTS,
  MAX_SCALARS,
  MAX_TEXT,
  MAX_TOKENS,
  MAX_TOP_TOKENS
} from './limits';
export { MAX_DETAILED_BYTES, MAX_PAYLOAD_BYTES, MIME_TYPE, SCHEMA_VERSION } from './mime';
export { parsePayload } from './parsePayload';
export type { ParseOptions } from './parsePayload';
export { PayloadError } from './payloadError';
export type { PayloadRefusal } from './payloadError';
export { treeLayout } from './treeLayout';
export type { TreeJoin, TreeLayout } from './treeLayout';
export type {
  Cost,
  Count,
  DepthSample,
  DepthUsageData,
  DepthUsagePayload,
  EarlierChoices,
  Envelope,
  ExpertTree,
  GraphEdge,
  GraphNode,
  GraphRewiringData,
  GraphRewiringPayload,
  Index,
  LayerConfidence,
  LayerRouting,
  Magnitude,
  MaskGroup,
  MasksData,
  MasksPayload,
  Merge,
  MergeTreeData,
  MergeTreePayload,
  Name,
  Numeric,
  Packed,
  ParetoAxis,
  ParetoData,
  ParetoPayload,
  ParetoPoint,
  Payload,
  Positive,
  RouterConfidenceData,
  RouterConfidencePayload,
  RoutingData,
  RoutingHistory,
  RoutingPayload,
  Share,
  Source,
  Span,
  Text,
  TimelineData,
  TimelinePayload,
  TokenSample,
  TokenShare,
  TrainingData,
  TrainingPayload
} from './kinds';
