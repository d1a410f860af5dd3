export { MAX_ARCHITECTURE_EDGES, MAX_ARCHITECTURE_NODES } from './architecture';
export type { Architecture, ArchitectureEdge, ArchitectureNode } from './architecture';
export { choicesOf, MAX_PACKED_EXPERTS, packChoices, packedLength } from './choices';
export {
  CONTROL_TARGET,
  MAX_PROBE_TEXT,
  parseControlDetails,
  parseControlRequest,
  parseControlRun,
  parseControlRuns,
  parseControlStatus
} from './control';
export type {
  ControlDetails,
  ControlOpening,
  ControlRequest,
  ControlRun,
  ControlRuns,
  ControlStatus,
  GraphDetails,
  RoutingDetails
} from './control';
export { isStill } from './envelope';
export { jsonBytes } from './jsonBytes';
export type { Envelope, Setting, Source } from './envelope';
export { bestSoFar, busyTime, lastEnd, latestAmounts, meanAgreement, meanUsage } from './kinds';
export type * from './kinds';
export {
  MAX_CONFIGURATION,
  MAX_CONTEXTS,
  MAX_DEPTH_TOKENS,
  MAX_GRID,
  MAX_HISTORY_STEPS,
  MAX_LAYERS,
  MAX_LIVE_EDGES,
  MAX_LIVE_NODES,
  MAX_LOAD_STEPS,
  MAX_MASK_PARTS,
  MAX_MEMBERS,
  MAX_NODES,
  MAX_POINTS,
  MAX_SCALARS,
  MAX_TEXT,
  MAX_TOKENS,
  MAX_TOP_TOKENS
} from './limits';
export { LOAD_MARKS, loadMark, loadPosition, MOST_LOAD } from './loadScale';
export { MAX_DETAILED_BYTES, MAX_PAYLOAD_BYTES, MIME_TYPE, PICTURE_MIME_TYPE, SCHEMA_VERSION } from './mime';
export type { Count, Index, Magnitude, Name, Numeric, Packed, Positive, Share, Text } from './numbers';
export { parsePayload } from './parsePayload';
export type { ParseOptions } from './parsePayload';
export { PayloadError } from './payloadError';
export type { PayloadRefusal } from './payloadError';
export { lostLine, timeLeft } from './progressLine';
export { sensitivityByDistance, sensitivityShare, targetDistances } from './sensitivity';
export type { SensitivityAt } from './sensitivity';
export { OF_THE_MACHINE } from './scalars';
export type { Ablation, EarlierChoices, TokenAblation, TokenSample } from './tokenSample';
export { toldApart } from './toldApart';
export { treeLayout } from './treeLayout';
export type { TreeJoin, TreeLayout } from './treeLayout';
export { trialFates, trialLine } from './trialFates';
export type { TrialFate } from './trialFates';
export { EDGE_STATES, packWholeGraph, parseWholeGraph } from './wholeGraph';
export type { BinaryColumn, PackedGraph, WholeGraph } from './wholeGraph';
